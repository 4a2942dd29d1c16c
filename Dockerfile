# Node, the libraries that Node needs, and the gateway: no shell, no package manager, no second process.
#
#   docker build -t docker-awakening-gateway --build-arg REVISION="$(git rev-parse HEAD)" .
#   docker run -d -p 8080:8080 --read-only --cap-drop ALL --security-opt no-new-privileges \
#     -v /var/run/docker.sock:/var/run/docker.sock --group-add "$(stat -c %g /var/run/docker.sock)" \
#     -v gateway-state:/data --stop-timeout 20 docker-awakening-gateway
#
# It runs as user 65532, not as root; --group-add lets it use the socket. See docs/security.md.

FROM node:26-bookworm-slim AS build
WORKDIR /docker-awakening-gateway
COPY package.json package-lock.json .npmrc ./
# No install script is needed: the only one fetches the Node that development runs on.
RUN npm ci --ignore-scripts --no-audit --no-fund
# Only what the running gateway needs, licences included: no type declarations, and the icons only as SVG files. A list of
# the packages (CycloneDX) stays in the image.
RUN mkdir -p /image/app \
 && cp -r package.json package-lock.json .npmrc node_modules /image/app/ \
 && cd /image/app \
 && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && rm -rf package-lock.json .npmrc node_modules/.package-lock.json node_modules/@types node_modules/simple-icons/index* \
 && find node_modules -type f \( -name '*.?ts' -o -name '*.ts' -o -name '*.map' -o -name '*.md' \) ! -iname 'licen[cs]e*' -delete \
 && npm sbom --prefix /docker-awakening-gateway --omit dev --omit optional --package-lock-only --sbom-format cyclonedx > sbom.json
# Node, the libraries that it names, and the few files that name resolution and users need.
RUN mkdir -p /image/data /image/etc /image/tmp /image/usr/local/bin \
 && cp /usr/local/bin/node /image/usr/local/bin/ \
 && LD_TRACE_LOADED_OBJECTS=1 node | grep -o '/[^ ]*' | xargs cp -L --parents -t /image \
 && printf 'root:x:0:0::/data:/nonexistent\ndag:x:65532:65532::/data:/nonexistent\n' > /image/etc/passwd \
 && printf 'root:x:0:\ndag:x:65532:\n' > /image/etc/group \
 && echo 'hosts: files dns' > /image/etc/nsswitch.conf \
 && chmod 1777 /image/data /image/tmp
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src
# `dag` on the PATH, for docker exec gateway dag explain NAME. The image has no /usr/bin/env.
RUN node scripts/build.mjs && mv dist /image/app/ \
 && sed -i '1s,.*,#!/usr/local/bin/node,' /image/app/dist/main.js \
 && ln -s /app/dist/main.js /image/usr/local/bin/dag
COPY templates /image/app/templates
COPY LICENSE /image/app/

FROM scratch
COPY --from=build /image /
ENV NODE_ENV=production PATH=/usr/local/bin
WORKDIR /app
USER 65532:65532
# The state file; without a volume it is lost with the container.
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 CMD ["dag", "health"]
ENTRYPOINT ["dag"]
CMD ["serve"]

ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Docker Awakening Gateway" \
      org.opencontainers.image.description="Wakes sleeping containers when a request arrives, and stops them again when they are idle." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:26-bookworm-slim"
