import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { BUSY_ADMIN, BUSY_TOKEN, scrape, startBusyGateway } from "../support/busy-gateway.ts";
import { cleanup } from "../support/cleanup.ts";
import { type ExposedSample, readExposition } from "../support/exposition.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { type Matcher, readPromql } from "../support/promql.ts";
import { toolOrSkip } from "../support/tools.ts";
import { waitUntil } from "../support/wait-until.ts";
import { startGateway } from "../support/gateway.ts";

const examples = path.resolve(import.meta.dirname, "../../examples");
const read = (file: string): string => readFileSync(path.join(examples, file), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const rules: readonly Rule[] = parse(read("prometheus/rules.yaml")).groups.flatMap((group: any) => group.rules);
const dashboard = JSON.parse(read("grafana/dashboard.json"));

interface Panel {
  readonly title: string;
  readonly expr: string;
  readonly legend: string;
}

const panels: readonly Panel[] = dashboard.panels.flatMap(({ title, targets = [] }: any) =>
  targets.map(({ expr, legendFormat }: any) => ({ title, expr: fill(expr), legend: legendFormat })),
);

/** What Grafana puts in for its variables. */
function fill(expression: string): string {
  return expression.replaceAll("$container", ".*").replaceAll(/\$__(?:rate_interval|range|interval)/gu, "1m");
}

describe("the alert rules and the dashboard", () => {
  void it("use metrics, labels and values that the gateway exports", async (t) => {
    const samples = readExposition(await scrape(await startBusyGateway(t)));
    const known = [{ metric: "up", labels: {}, value: 1 }, ...samples].map(asScraped);
    const faults = [
      ...rules.flatMap(({ alert, expr, annotations }) => {
        const named = Object.values(annotations)
          .join(" ")
          .matchAll(/\$labels\.(\w+)/gu);
        return faultsOf(known, expr, [...named]).map((fault) => `${alert}: ${fault}`);
      }),
      ...panels.flatMap(({ title, expr, legend }) =>
        faultsOf(known, expr, [...legend.matchAll(/\{\{(\w+)\}\}/gu)]).map((fault) => `${title}: ${fault}`),
      ),
    ];
    assert.deepEqual(faults, []);
    assert.ok(rules.length >= 10 && panels.length >= 20, "there is something to check");
    assert.deepEqual(variables(), [["gateway_container_state", "container"]]);
  });

  void it("would fail if they requested anything else", () => {
    const known = [asScraped({ metric: "a_total", labels: { code: "200" }, value: 1 })];
    assert.deepEqual(faultsOf(known, 'sum by (code) (a_total{code=~"2..",job="gateway"})', []), []);
    assert.deepEqual(faultsOf(known, "b_total", []), ["there is no metric b_total"]);
    assert.deepEqual(faultsOf(known, 'a_total{status="200"}', []), ['no a_total has status="200"']);
    assert.deepEqual(faultsOf(known, 'a_total{code="500"}', []), ['no a_total has code="500"']);
    assert.deepEqual(faultsOf(known, "sum by (status) (a_total)", []), ["nothing in it has the label status"]);
  });

  void it("fire an alert each, as their tests expect", () => {
    const tests: readonly any[] = parse(read("prometheus/rules.test.yaml")).tests.flatMap(
      (one: any) => one.alert_rule_test,
    );
    const fired = new Set<string>(
      tests.filter(({ exp_alerts }: any) => exp_alerts?.length > 0).map((one: any) => one.alertname),
    );
    assert.deepEqual([...fired].toSorted(), rules.map(({ alert }) => alert).toSorted());
  });

  for (const [what, command] of [
    ["configuration is one", ["check", "config", "prometheus.yml"]],
    ["rules are some", ["check", "rules", "rules.yaml"]],
    ["rules do what they promise", ["test", "rules", "rules.test.yaml"]],
  ] as const) {
    void it(`are valid according to promtool: the ${what}`, async (t) => {
      const promtool = toolOrSkip(t, "promtool");
      if (promtool === undefined) return;
      await promisify(execFile)(promtool, [...command], { cwd: copyExample(t) });
    });
  }
});

describe("a real Prometheus with the example's configuration", () => {
  void it("reads the gateway behind its token, evaluates every rule, and fills every panel", async (t) => {
    const binary = toolOrSkip(t, "prometheus");
    if (binary === undefined) return;
    const gateway = await startBusyGateway(t);
    const prometheus = await startPrometheus(t, binary, configFor(copyExample(t), gateway.port));
    const awake = 'gateway_container_state{job="gateway", container="app", state="ready"} == 1';
    await waitUntil(async () => (await prometheus.query(awake)).length === 1, 20_000, "the first scrape");

    const evaluated = async (): Promise<readonly { name: string; lastError?: string }[]> => {
      const found = (await prometheus.api("rules")).groups.flatMap((group: any) => group.rules);
      return found.every(({ health }: any) => health !== "unknown") ? found : [];
    };
    const health = await waitUntil(async () => (await evaluated()).length > 0 && evaluated(), 20_000, "the rules");
    assert.deepEqual(health.map(({ name }) => name).toSorted(), rules.map(({ alert }) => alert).toSorted());
    assert.deepEqual(
      health.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : [])),
      [],
    );
    const alerts = async (): Promise<readonly string[]> =>
      (await prometheus.api("alerts")).alerts.map(({ labels }: any) => labels.alertname);
    await waitUntil(async () => (await alerts()).includes("GatewayEngineLost"), 10_000, "the alert of the lost engine");

    for (const { title, expr } of panels) {
      await waitUntil(
        async () => (await prometheus.query(expr)).length > 0,
        10_000,
        `something in "${title}" (${expr})`,
      );
    }
  });

  void it("reports a wrong token as a target that is down", async (t) => {
    const binary = toolOrSkip(t, "prometheus");
    if (binary === undefined) return;
    const gateway = await startGateway(t, { config: { gateway: { admin_auth: BUSY_ADMIN } } });
    const folder = copyExample(t);
    writeFileSync(path.join(folder, "gateway-token"), "guess");
    const prometheus = await startPrometheus(t, binary, configFor(folder, gateway.port));
    await waitUntil(async () => (await prometheus.query('up{job="gateway"} == 0')).length === 1, 20_000, "the scrape");
    const [target] = (await prometheus.api("targets")).activeTargets;
    assert.match(target.lastError, /401 Unauthorized/u);
  });
});

/** The example's folder as somebody sets it up, with the token in its file. */
function copyExample(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "dag-example-"));
  cleanup(t, () => rmSync(folder, { recursive: true, force: true }));
  cpSync(path.join(examples, "prometheus"), folder, { recursive: true });
  writeFileSync(path.join(folder, "gateway-token"), BUSY_TOKEN);
  return folder;
}

/** The example's configuration with this gateway as its target, every second. */
function configFor(folder: string, port: number): string {
  const file = path.join(folder, "prometheus.yml");
  const written = readFileSync(file, "utf8");
  const own = written.replace("gateway:8080", `127.0.0.1:${port}`).replaceAll("interval: 15s", "interval: 1s");
  assert.equal(own.match(/127\.0\.0\.1|interval: 1s/gu)?.length, 3);
  writeFileSync(file, own);
  return file;
}

/** Metric and label of the dashboard's own variables. */
function variables(): readonly (readonly string[])[] {
  const queries = dashboard.templating.list.flatMap(({ query }: any) => query.query ?? []);
  return queries.map((query: string) => /^label_values\((\w+), (\w+)\)$/u.exec(query)?.slice(1) ?? [query]);
}

function asScraped(sample: ExposedSample): ExposedSample {
  return { ...sample, labels: { job: "gateway", instance: "gateway:8080", ...sample.labels } };
}

/** What an expression and the labels in its text use although it does not exist. */
function faultsOf(known: readonly ExposedSample[], expression: string, named: readonly RegExpExecArray[]): string[] {
  const { selectors, labels } = readPromql(expression);
  const found = selectors.map(({ metric, matchers }) => {
    const samples = known.filter((sample) => sample.metric === metric);
    const faults = matchers
      .filter((matcher) => !samples.some((sample) => fits(sample, matcher)))
      .map(({ label, operator, value }) => `no ${metric} has ${label}${operator}"${value}"`);
    return { samples, faults: samples.length === 0 ? [`there is no metric ${metric}`] : faults };
  });
  const there = new Set(found.flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample.labels))));
  const missing = [...labels, ...named.map(([, label = ""]) => label)].filter((label) => !there.has(label));
  const faults = found.flatMap((one) => one.faults);
  if (selectors.length === 0) faults.push("it asks for nothing");
  return faults.length > 0 ? faults : missing.map((label) => `nothing in it has the label ${label}`);
}

function fits({ labels }: ExposedSample, { label, operator, value }: Matcher): boolean {
  const has = labels[label];
  if (has === undefined) return false;
  const isMatch = operator.endsWith("~") ? new RegExp(`^(?:${value})$`, "u").test(has) : has === value;
  return isMatch !== operator.startsWith("!");
}
