/**
 * The import table, as code. A folder of `src/` imports itself, what is listed here, `node:` modules and the packages
 * listed below; a folder inside of one obeys both rows. Tests may import what they need, but nothing may import tests.
 *
 * Trap: dependency-cruiser without a parser for this TypeScript cruises 0 modules and exits 0. swc is that parser;
 * `test/architecture.test.ts` counts the files.
 */

/** Folder → what it may import besides itself. */
export const folders = {
  core: [],
  config: ["core"],
  "config/schema": ["core"],
  "config/check": ["core", "config/schema", "config/address-set"],
  "config/parse": ["core", "config/schema", "config/check"],
  "config/merge": ["core", "config/schema", "config/check", "config/parse"],
  lifecycle: ["core"],
  engines: ["core", "lifecycle/ports", "http1/response-reader"],
  store: ["core", "lifecycle/ports"],
  respond: ["core"],
  http1: ["core"],
  proxy: ["core", "http1", "lifecycle", "respond"],
  "forward-auth": ["core", "http1", "lifecycle", "respond", "public"],
  web: ["core", "lifecycle", "respond"],
  public: ["core", "lifecycle", "respond", "web"],
  admin: ["core", "lifecycle", "respond", "web"],
  "admin/topology": ["lifecycle"],
  "admin/auth": ["core", "lifecycle", "respond", "web"],
  "admin/api": ["core", "lifecycle", "respond", "web"],
  "admin/pages": ["core", "lifecycle", "respond", "web", "admin/topology", "admin/auth", "admin/api"],
  telemetry: ["core"],
  notify: ["core", "lifecycle/ports"],
};

/** The two upper layers of `src/http1/`, which do not import each other; all its other files are about heads and fields. */
const http1Client =
  "^src/http1/(client-connections?|detached-response|end-with-response|open-responses|take-upgrades)\\.ts$";
const http1Upstream = "^src/http1/(open-connection|upstreams|upstream-connection|upstream-pool)\\.ts$";

/** Package → the places below `src/` that may import it. A package that is not listed may be imported nowhere. */
const packages = {
  "@dagrejs/dagre": ["admin/topology/"],
  "@opentelemetry/api": ["telemetry/"],
  "@opentelemetry/core": ["telemetry/"],
  "@opentelemetry/exporter-trace-otlp-http": ["telemetry/"],
  "@opentelemetry/resources": ["telemetry/"],
  "@opentelemetry/sdk-trace": ["telemetry/"],
  croner: ["config/"],
  dockerode: ["engines/docker/"],
  express: ["web/", "public/", "admin/", "create-endpoints.ts"],
  "express-rate-limit": ["public/", "web/"],
  helmet: ["create-endpoints.ts"],
  nunjucks: ["respond/"],
  pino: ["telemetry/"],
  "pino-pretty": ["telemetry/"],
  "prom-client": ["telemetry/"],
  "simple-icons": ["respond/"],
  undici: ["cli/", "notify/"],
  yaml: ["config/", "cli/", "engines/kubernetes/"],
  zod: ["config/", "cli/"],
};

const test = "\\.test\\.ts$";
const npm = (name) => `(^|/)node_modules/(@types/)?${name}/`;

const folderRules = Object.entries(folders).map(([folder, allowed]) => ({
  name: `folder-${folder}`,
  comment: `src/${folder}/ imports ${allowed.join(", ") || "no other folder"}`,
  severity: "error",
  from: { path: `^src/${folder}/`, pathNot: test },
  to: { path: "^src/", pathNot: [folder, ...allowed].map((to) => `^src/${to}(/|\\.ts$)`) },
}));

const http1Rules = [
  { name: "http1-client", from: { path: http1Client }, to: { path: http1Upstream } },
  { name: "http1-upstream", from: { path: http1Upstream }, to: { path: http1Client } },
  {
    name: "http1-heads",
    from: { path: "^src/http1/", pathNot: [test, http1Client, http1Upstream] },
    to: { path: [http1Client, http1Upstream] },
  },
].map((rule) => ({ ...rule, severity: "error", comment: "the layers of src/http1/: client and upstream on heads" }));

const packageRules = Object.entries(packages).map(([name, places]) => ({
  name: `package-${name}`,
  comment: `${name} belongs to ${places.map((place) => `src/${place}`).join(", ")}`,
  severity: "error",
  from: { path: "^src/", pathNot: [test, ...places.map((place) => `^src/${place}`)] },
  to: { path: [npm(name), `^${name}$`] },
}));

export default {
  forbidden: [
    ...folderRules,
    ...http1Rules,
    ...packageRules,
    {
      name: "core-is-pure",
      comment: "src/core/ does no I/O: no npm package, no node: module",
      severity: "error",
      from: { path: "^src/core/", pathNot: test },
      to: { pathNot: "^src/" },
    },
    {
      name: "package-unlisted",
      comment: "A package that src/ imports has a row, and so its places, in the table of this file",
      severity: "error",
      from: { path: "^src/", pathNot: test },
      to: {
        couldNotResolve: false,
        dependencyTypesNot: ["local", "core"],
        pathNot: Object.keys(packages).flatMap((name) => [npm(name), `^${name}$`]),
      },
    },
    {
      name: "src-stands-alone",
      comment: "What is shipped imports neither tests nor scripts",
      severity: "error",
      from: { path: "^src/", pathNot: test },
      to: { path: ["^test/", "^scripts/", test] },
    },
    {
      name: "tests-are-leaves",
      severity: "error",
      from: {},
      to: { path: test },
    },
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-orphan",
      comment: "A file that nothing imports and that imports nothing",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: [test, "^src/main\\.ts$"] },
      to: {},
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
