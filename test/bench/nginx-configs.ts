const common = (dir: string, name: string): string => `
worker_processes 1;
pid ${dir}/${name}.pid;
error_log ${dir}/${name}.log;
events { worker_connections 4096; }`;

const http = (dir: string, name: string): string => `
  access_log off;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  # At the default of 16k the benchmark's POST goes out in two writes, and Nagle's algorithm costs 40 ms each time.
  client_body_buffer_size 64k;
${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `  ${kind}_temp_path ${dir}/${name}-${kind};`).join("\n")}`;

/** The app: static files of 1 and 64 KiB, and a short answer to whatever is posted. */
export function appConfig(dir: string, port: number): string {
  return `${common(dir, "app")}
http {${http(dir, "app")}
  sendfile on;
  tcp_nopush on;
  open_file_cache max=16;
  default_type text/plain;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    root ${dir};
    location = /post { return 200 "thank you\\n"; }
  }
}
`;
}

/** nginx as a proxy that does what the gateway does: kept connections to the app, and the client in its headers. */
export function proxyConfig(dir: string, port: number, app: number): string {
  return `${common(dir, "proxy")}
http {${http(dir, "proxy")}
  upstream app {
    server 127.0.0.1:${app};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`;
}
