// The JSON Schemas of common/schema, loaded into an independent validator.
import { readdirSync, readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';

const FOLDER = new URL('../common/schema/', import.meta.url);

/** @returns {string[]} "phrase.json", ... */
export function schemaNames() {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.json')).sort();
}

/** A validator that knows every schema by its file's name. */
export function loadSchemas() {
  const ajv = new Ajv.default({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
  for (const name of schemaNames()) {
    ajv.addSchema(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')));
  }
  return ajv;
}
