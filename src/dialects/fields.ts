/**
 * Typed reading of a body's fields, with Go's rules and messages: `null` is absent, a wrong type is a 400 that names the field.
 * The first wrong one is kept in the sink, so that a dialect reads all its fields in a row and looks once.
 */
import { type Fault, fault } from '../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';

export interface FaultSink {
  /** The request's type as the message names it (`ChatRequest`). */
  readonly struct: string;
  first: Fault | undefined;
}

export function faultSink(struct: string): FaultSink {
  return { struct, first: undefined };
}

/** Notes a fault of one's own, unless there is an earlier one. */
export function refuse(sink: FaultSink, message: string): undefined {
  sink.first ??= fault('invalid_request', message);
}

function mismatch(sink: FaultSink, value: Json, field: string, type: string): undefined {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const found = type === 'int' && kind === 'number' ? `number ${value}` : kind;
  return refuse(sink, `json: cannot unmarshal ${found} into Go struct field ${sink.struct}.${field} of type ${type}`);
}

export function stringField(sink: FaultSink, object: JsonObject, field: string): string | undefined {
  const value = object[field];
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  return mismatch(sink, value, field, 'string');
}

export function booleanField(sink: FaultSink, object: JsonObject, field: string): boolean | undefined {
  const value = object[field];
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null) return undefined;
  return mismatch(sink, value, field, 'bool');
}

export function numberField(sink: FaultSink, object: JsonObject, field: string): number | undefined {
  const value = object[field];
  if (typeof value === 'number') return value;
  if (value === undefined || value === null) return undefined;
  return mismatch(sink, value, field, 'float64');
}

export function intField(sink: FaultSink, object: JsonObject, field: string): number | undefined {
  const value = object[field];
  if (Number.isSafeInteger(value)) return value as number;
  if (value === undefined || value === null) return undefined;
  return mismatch(sink, value, field, 'int');
}

export function objectField(sink: FaultSink, object: JsonObject, field: string): JsonObject | undefined {
  const value = object[field];
  if (isObject(value)) return value;
  if (value === undefined || value === null) return undefined;
  return mismatch(sink, value, field, 'map[string]interface {}');
}

/** @param type the elements' Go type, for the message */
export function arrayField(
  sink: FaultSink,
  object: JsonObject,
  field: string,
  type: string,
): readonly Json[] | undefined {
  const value = object[field];
  if (Array.isArray(value)) return value as readonly Json[];
  if (value === undefined || value === null) return undefined;
  return mismatch(sink, value, field, `[]${type}`);
}

export function stringsField(sink: FaultSink, object: JsonObject, field: string): readonly string[] | undefined {
  const items = arrayField(sink, object, field, 'string');
  if (items === undefined) return undefined;
  for (const item of items) if (typeof item !== 'string') return mismatch(sink, item, field, 'string');
  return items as readonly string[];
}

export function intsField(sink: FaultSink, object: JsonObject, field: string): readonly number[] | undefined {
  const items = arrayField(sink, object, field, 'int');
  if (items === undefined) return undefined;
  for (const item of items) if (!Number.isSafeInteger(item)) return mismatch(sink, item, field, 'int');
  return items as readonly number[];
}

/** One string counts as a list of one, as in OpenAI's `stop`. */
export function stringOrStringsField(
  sink: FaultSink,
  object: JsonObject,
  field: string,
): readonly string[] | undefined {
  const value = object[field];
  return typeof value === 'string' ? [value] : stringsField(sink, object, field);
}
