import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect } from 'vitest'

/**
 * Whether a document is as its JSON Schema says, and what is wrong with it where it is not.
 * @param name that of the schema, without `.schema.json`
 */
export function againstSchema(name: string): (document: unknown) => void {
  const schema = JSON.parse(readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), 'utf8')) as object
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema)
  return (document) => expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
}
