import { checks } from '../../checks/index.ts'
import { probeChecks } from '../../effects/probe/checks.ts'
import { codes, docsOf, type Code } from '../../model/codes.ts'
import type { ListDocument } from '../../model/report.ts'
import { listIncidents } from '../../ports/incidents.ts'
import { reporters } from '../../reporters/index.ts'
import { listDocument } from '../list-document.ts'
import { writeOut } from '../output.ts'

type Item = ListDocument['items'][number]

/** What this tool knows; what it did is told by `fix --history`. */
type Known = Exclude<ListDocument['of'], 'fixes'>

const lists: { readonly [K in Known]: () => Item[] } = {
  checks: () => [...checks, ...probeChecks].map(({ id, title, per, why, finds }) => ({ id, title, per, why, finds: [...finds] })),
  codes: () =>
    (Object.keys(codes) as Code[]).map((code) => ({
      id: code,
      title: codes[code].title,
      severity: codes[code].severity,
      docs: docsOf(code),
    })),
  reporters: () => reporters.map(({ name, title }) => ({ id: name, title })),
  incidents: () => listIncidents().map(({ name, title }) => ({ id: name, title })),
}

/** Prints what there is, a line each or as one JSON document. */
export async function list(what: Known, json: boolean): Promise<number> {
  const items = lists[what]()
  if (json) {
    const document = listDocument(what, items)
    await writeOut(`${JSON.stringify(document, null, 2)}\n`)
  } else {
    const width = Math.max(...items.map((one) => one.id.length))
    await writeOut(items.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(''))
  }
  return 0
}
