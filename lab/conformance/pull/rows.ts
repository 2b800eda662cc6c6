/** The rows: drawn once and kept in fixtures/conformance/rows.json, so that none is chosen by what comes out of it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { type Row, tables } from './axes.ts'
import { drawPairs } from './draw.ts'

const seed = 20_261_121
const names = ['config', 'certsD', 'image', 'mirror', 'registry', 'mirrorSpeaks', 'registrySpeaks', 'proxy'] as const
const file = new URL('../../../fixtures/conformance/rows.json', import.meta.url)

type Lines = { readonly [table: string]: readonly string[] }

/** The rows as they are drawn now. */
export function drawnRows(): Lines {
  const line = (row: Record<string, string>): string => names.map((name) => row[name]).join(' ')
  return Object.fromEntries(Object.entries(tables).map(([name, axes]) => [name, drawPairs(axes, seed).map(line)]))
}

export function writeRows(): void {
  writeFileSync(file, `${JSON.stringify(drawnRows(), null, 1)}\n`)
}

export const writtenRows = (): Lines => JSON.parse(readFileSync(file, 'utf8')) as Lines

export const rowOf = (line: string): Row => {
  const values = line.split(' ')
  return Object.fromEntries(names.map((name, index) => [name, values[index]])) as unknown as Row
}

/** All rows in the order of the results. */
export const allRows = (): readonly { readonly line: string; readonly row: Row }[] =>
  Object.values(writtenRows()).flatMap((lines) => lines.map((line) => ({ line, row: rowOf(line) })))
