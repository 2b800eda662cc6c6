/** The files of fixtures/containerd: reading, comparing and writing them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const pathOf = (name: string): string => fileURLToPath(new URL(`../../../fixtures/containerd/${name}`, import.meta.url))

export const readFixture = (name: string): unknown => JSON.parse(readFileSync(pathOf(name), 'utf8')) as unknown

/** What one containerd version made of a list of cases. */
export interface Recorded {
  readonly containerd: string
  readonly capabilities?: readonly string[]
  readonly expected?: readonly string[]
  /** Only what differs from this version is kept. */
  readonly like?: string
  readonly differs?: { readonly [index: string]: string }
}

export type Kind = 'hosts' | 'resolve'

export function recorded(kind: Kind, version: string): Recorded | undefined {
  const name = `${kind}-${version}.json`
  return existsSync(pathOf(name)) ? (readFixture(name) as Recorded) : undefined
}

/** All lines of a version, put together from those that it is like. */
export function linesOf(kind: Kind, version: string): readonly string[] {
  const found = recorded(kind, version)
  if (!found) throw new Error(`there is no ${kind}-${version}.json`)
  return found.expected ?? linesOf(kind, found.like!).map((line, index) => found.differs![index] ?? line)
}

/** The text of a version's file. */
export function fixtureText({ containerd, capabilities, like }: Recorded, kind: Kind, lines: readonly string[]): string {
  const base = like === undefined ? [] : linesOf(kind, like)
  const shown = lines.map((line, index) => ({ line: JSON.stringify(line), index, same: line === base[index] }))
  const body =
    like === undefined
      ? `"expected":[\n${shown.map(({ line }) => line).join(',\n')}\n]`
      : `"like":${JSON.stringify(like)},"differs":{\n${shown.flatMap(({ line, index, same }) => (same ? [] : [`"${index}": ${line}`])).join(',\n')}\n}`
  return `{"containerd":"${containerd}",${capabilities ? `"capabilities":${JSON.stringify(capabilities)},` : ''}${body}}\n`
}

/** Whether a file of the fixtures already has exactly this text. */
export const isCommitted = (name: string, text: string): boolean => existsSync(pathOf(name)) && readFileSync(pathOf(name), 'utf8') === text

export const writeFixture = (name: string, text: string): void => writeFileSync(pathOf(name), text)
