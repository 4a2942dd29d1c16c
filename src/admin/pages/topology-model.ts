import { STATUS_NAMES } from "../../core/workload-state.ts";
import type { Lifecycle } from "../../lifecycle/lifecycle.ts";
import type { Translate } from "../../respond/language.ts";
import { cleanText } from "../../respond/clean-text.ts";
import type { LaidGraph } from "../topology/graph.ts";
import { BOX } from "../topology/graph.ts";
import type { Parts } from "../topology/parts.ts";
import { type Picture, pictureOf, pictureOfOne } from "../topology/picture.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { detailHref, isNamedHost, type RowSources } from "./container-row.ts";
import { type Bucket, bucketOf } from "./dashboard-query.ts";
import { fitText, widthOf } from "./fit-text.ts";

/** What the page is created from. */
interface TopologySources extends Topology, Parts {
  /** Missing if the layout failed or took too long. */
  readonly laid: readonly LaidGraph[] | undefined;
}

/** Creates the model of the topology page. */
export function topologyModel(sources: RowSources, lifecycle: Lifecycle, topology: TopologySources) {
  const { t } = sources.labels;
  const { nodes, edges, parts, alone, laid } = topology;
  const containers = nodes.filter(({ kind }) => kind === "container");
  const { boxOf, draw } = createDrawing(sources, lifecycle, topology);
  const nameOf = (id: string): string => cleanText(nodes.find((node) => node.id === id)?.name ?? "");

  return {
    headline: awakeText(t, containers),
    isEmpty: nodes.length === 0,
    BOX,
    pictures: parts.flatMap((part, index) => {
      const graph = laid?.[index];
      return graph === undefined ? [] : [draw(pictureOf(part, graph))];
    }),
    isIncomplete: laid === undefined && parts.length > 0,
    alone: alone.map((node) => draw(pictureOfOne(node))),
    kinds: (["healthy", "started", "completed", "member"] as const)
      .filter((kind) => parts.some(({ graph }) => graph.arrows.some((arrow) => arrow.kind === kind)))
      .map((kind) => ({ kind, text: t(`topology.${kind}`) })),
    list: containers.map((node) => ({
      ...boxOf(node),
      needs: edges.filter(({ from }) => from === node.id).map(({ to }) => nameOf(to)),
      groups: edges.filter(({ to, kind }) => to === node.id && kind === "member").map(({ from }) => nameOf(from)),
    })),
  };
}

/** Creates the functions for the texts in the pictures. */
function createDrawing({ labels, responder }: RowSources, lifecycle: Lifecycle, { nodes, edges }: Topology) {
  const { t } = labels;
  const membersOf = (group: TopologyNode): TopologyNode[] =>
    edges
      .filter(({ from, kind }) => from === group.id && kind === "member")
      .flatMap(({ to }) => nodes.find((node) => node.id === to) ?? []);

  function draw({ width, height, boxes, frames, arrows }: Picture) {
    return {
      width,
      height,
      key: encodeURI(boxes[0]?.node.id ?? ""),
      names: labels.list(boxes.map(({ node }) => cleanText(node.name))),
      arrows,
      boxes: boxes.map(({ node, x, y }) => ({ ...boxOf(node), x, y })),
      frames: frames.map(({ node, ...frame }) => ({
        ...frame,
        id: encodeURI(node.id),
        ...frameTexts(node, frame.width),
      })),
    };
  }

  function frameTexts(node: TopologyNode, widthPx: number) {
    const name = cleanText(node.name);
    const awake = awakeText(t, membersOf(node));
    const note = [awake, ...node.host_texts].join(" · ");
    const short = fitText(name, widthPx - 28, NAME_PX);
    const left = widthPx - 44 - widthOf(short, NAME_PX);
    const shortNote = [note, awake].find((text) => widthOf(text, NOTE_PX) <= left) ?? "";
    return { name, note, short, shortNote };
  }

  function boxOf(node: TopologyNode) {
    const { id, kind, name, host_texts: hosts, state, engine } = node;
    const settings = lifecycle.records.get(name)?.settings;
    const isGroup = kind === "group";
    const title = isGroup || settings === undefined ? cleanText(name) : responder.brandingOf(settings).title;
    const word = isGroup ? awakeText(t, membersOf(node)) : t(`state.${stateOf(state)}`);
    const widthPx = BOX.width - 56;
    const place = !isGroup && isNamedHost(engine) ? [engine] : [];
    return {
      id: encodeURI(id),
      title,
      short: fitText(title, widthPx, NAME_PX),
      note: fitText([word, ...place, ...hosts.slice(0, 1)].join(" · "), widthPx, NOTE_PX),
      state,
      bucket: bucket(state),
      word,
      isGroup,
      host: [...place, ...hosts.slice(0, 1)].join(" · "),
      href: isGroup ? undefined : detailHref(name),
    };
  }

  return { boxOf, draw };
}

function awakeText(t: Translate, some: readonly TopologyNode[]): string {
  return t("dash.awake", { awake: some.filter(({ state }) => bucket(state) === "awake").length, all: some.length });
}

/** The font sizes of templates/admin.css; bold letters are wider. */
const NAME_PX = 13.5 * 1.12;
const NOTE_PX = 12;

function bucket(state: string): Bucket {
  return bucketOf(stateOf(state));
}

/** Returns the state of a node. */
function stateOf(state: string): Parameters<typeof bucketOf>[0] {
  return STATUS_NAMES.find((each) => each === state) ?? "unseen";
}
