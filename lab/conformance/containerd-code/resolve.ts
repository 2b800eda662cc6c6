/** Which requests containerd's own resolver makes of scripted servers, and what it makes of image references. */
import { run } from '../../run.ts'
import { readFixture } from './fixtures.ts'
import { ensureCode } from './program.ts'

/** One line per case of resolve-cases.json, as fixtures/containerd/README.md describes them. */
export async function resolveLines(version: string): Promise<string[]> {
  return (await answers('resolve', version, readFixture('resolve-cases.json'))) as string[]
}

/** The containerd whose own parser has the last word; it has not changed since. */
const referenceVersion = '1.7.34'

/** The text of references.json. */
export async function referencesText(): Promise<string> {
  const images = (readFixture('references.json') as readonly { readonly image: string }[]).map(({ image }) => image)
  const parsed = await answers('references', referenceVersion, images)
  return `[\n${parsed.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`
}

async function answers(program: 'resolve' | 'references', version: string, input: unknown): Promise<unknown[]> {
  const { stdout } = await run(await ensureCode(program, version), [], { input: JSON.stringify(input) })
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}
