import { z } from "zod";
import { fileSchema } from "./file-schema.ts";

/** The keywords of a JSON Schema that are read here. */
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
  /** Our own keyword, like the next ones not published: the kind of value, for the reference. */
  kind?: string;
  /** The key whose value is used if this one is unset. */
  inherits?: string;
  /** What an unset key means, if that depends on other keys. */
  unsetMeans?: string;
  /** The list may be written as one text with commas. */
  commaSeparated?: boolean;
  /** It may also be written as a map to such values. */
  mapTo?: JsonSchema;
}

/** Returns the schema of the file with our own keywords, from which the reference is generated. */
export function annotatedSchema(): JsonSchema {
  return z.toJSONSchema(fileSchema, { io: "input" }) as JsonSchema;
}

/** Returns the schema of the file for editors and other tools. */
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
