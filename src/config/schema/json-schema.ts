import { z } from "zod";
import { fileSchema } from "./file-schema.ts";

/** The part of a JSON Schema that is read here. */
export interface JsonSchema {
  [keyword: string]: unknown;
  description?: string;
  type?: string | string[];
  default?: unknown;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  required?: string[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  propertyNames?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  /** Ours, not in the published schema: a word for what the key takes. */
  kind?: string;
  /** Ours: the key whose value counts when this one is unset. */
  inherits?: string;
  /** Ours: what an unset key means, where that depends on other keys. */
  unsetMeans?: string;
  /** Ours: the list may be written as one text with commas. */
  commaSeparated?: boolean;
  /** Ours: it may be written as a map to such values, too. */
  mapTo?: JsonSchema;
}

/** The schema of the file with our own keywords: the reference is generated from it. */
export function annotatedSchema(): JsonSchema {
  return z.toJSONSchema(fileSchema, { io: "input" }) as JsonSchema;
}

/** The schema of the file for editors and other tools. */
export function publishedSchema(): JsonSchema {
  const schema = publish(annotatedSchema());
  return { ...schema, title: "Docker Awakening Gateway", $schema: "https://json-schema.org/draft/2020-12/schema" };
}

function publish(annotated: JsonSchema): JsonSchema {
  const { kind: _kind, inherits: _inherits, unsetMeans, commaSeparated, mapTo, ...schema } = annotated;
  if (unsetMeans !== undefined) schema.default = unsetMeans;
  if (schema.items !== undefined) schema.items = publish(schema.items);
  if (typeof schema.additionalProperties === "object")
    schema.additionalProperties = publish(schema.additionalProperties);
  if (schema.propertyNames !== undefined) schema.propertyNames = publish(schema.propertyNames);
  if (schema.properties !== undefined) {
    schema.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, below]) => [key, publish(below)]),
    );
  }
  if (commaSeparated !== true) return schema;
  const { type, items, ...rest } = schema;
  const map = mapTo === undefined ? [] : [{ type: "object", additionalProperties: mapTo }];
  return { ...rest, anyOf: [{ type, items }, { type: "string" }, ...map] };
}
