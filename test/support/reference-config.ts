/** The names of the containers. */
export interface ReferenceNames {
  readonly app: string;
  readonly database: string;
  readonly closed: string;
  readonly members: readonly [string, string];
  readonly network: string;
}

/**
 * Returns a configuration of the original with every key that it documents, its quoting, and no key of ours. Its
 * schedule, which opens and closes `hours` from now (UTC), is closed now.
 */
export function referenceConfig(port: number, names: ReferenceNames): string {
  const [opens, closes] = [1, 2].map((hours) => (new Date().getUTCHours() + hours) % 24);
  return `gateway:
  port: "${port}"
  log_lines: 12
  discovery_interval: "10s"
  trusted_proxies:
    - "10.0.0.0/8"
    - "192.168.1.7"
  admin_auth:
    method: "basic"
    username: "keeper"
    password: "of the file"
    token: ""
  schedule_timezone: "UTC"

containers:
  - name: "${names.app}"
    host: "app.reference.test:8080"
    target_port: "80"
    start_timeout: "30s"
    idle_timeout: "3s"
    network: "${names.network}"
    redirect_path: "/start"
    icon: "nodedotjs"
    health_path: "/health"
    depends_on:
      - "${names.database}"

  - name: "${names.database}"
    target_port: "80"

  - name: "${names.closed}"
    host: "closed.reference.test"
    schedule_start: "0 ${opens} * * *"
    schedule_stop: "0 ${closes} * * *"
    schedule_timezone: "UTC"

  - name: "${names.members[0]}"
    target_port: "80"
  - name: "${names.members[1]}"
    target_port: "80"

groups:
  - name: "reference-group"
    host: "group.reference.test"
    strategy: "round-robin"
    containers:
      - "${names.members[0]}"
      - "${names.members[1]}"
`;
}
