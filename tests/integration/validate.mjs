// Validates lines of {"schema": "phrase.json", "value": ...} from a file against common/schema.
// Prints how many there were of each schema; exits 1 when one does not fit.
import { readFileSync } from 'node:fs';

import { loadSchemas } from '../schemas.mjs';

const ajv = loadSchemas();
const counts = {};
let wrong = 0;
for (const line of readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  const { schema, value } = JSON.parse(line);
  const validate = ajv.getSchema(schema);
  counts[schema] = (counts[schema] ?? 0) + 1;
  if (!validate(value)) {
    wrong += 1;
    const reasons = validate.errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
    console.error(`${schema}: ${JSON.stringify(value).slice(0, 200)}\n  ${reasons.slice(0, 6).join('\n  ')}`);
  }
}
console.log(JSON.stringify(counts));
process.exit(wrong === 0 ? 0 : 1);
