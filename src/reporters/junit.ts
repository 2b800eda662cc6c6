import type { Report } from '../model/report.ts'
import type { Reporter } from '../model/reporter.ts'
import type { Subject } from '../model/words.ts'
import { outcomeOf, problem, type Outcome } from './junit-outcome.ts'
import { oneLine } from './text.ts'
import { xmlDocument, type Element } from './xml.ts'

interface Case extends Outcome {
  readonly classname: string
  readonly name: string
  readonly ms: number
}

/** JUnit XML in the dialect that Jenkins, GitLab, GitHub actions, Azure and CircleCI all read. */
export const junit: Reporter = (report) => {
  const suites = suitesOf(report)
  const cases = [...suites.values()].flat()
  const root: Element = {
    name: 'testsuites',
    // No `skipped` here: the XSD of Jenkins' xunit plugin rejects it.
    attributes: {
      name: 'registry-doctor',
      tests: cases.length,
      failures: tally(cases, 'failure'),
      errors: tally(cases, 'error'),
      time: seconds(report.durationMs),
    },
    children: [...suites].map(([name, members]) => suiteElement(name, members, timestampOf(report.startedAt))),
  }
  return [{ sink: 'out', text: xmlDocument(root) }]
}

function suitesOf(report: Report): Map<string, Case[]> {
  const suites = new Map<string, Case[]>()
  const unique = uniqueNames()
  const add = (place: string, suiteGroup: string, path: readonly string[], make: (classname: string) => Case): void => {
    const suite = oneLine(`${place} ${suiteGroup}`)
    const made = make(['registry-doctor', place, ...path].map(segment).join('.'))
    suites.set(suite, [...(suites.get(suite) ?? []), made])
  }

  // A run that could not judge still is a document with a test in it: a file without tests reads as "all well" in CI.
  if (report.error !== undefined) {
    const { code, message } = report.error
    add('engine', 'run', ['run', 'judge'], (classname) => ({
      classname,
      name: unique(classname, 'registry-doctor can judge the clusters'),
      ms: report.durationMs,
      outcome: 'error',
      children: [problem('error', `${code}: ${message}`, code, message)],
    }))
  }
  for (const check of report.checks) {
    const slash = check.id.indexOf('/')
    const [group, id] = slash < 0 ? [check.id, check.id] : [check.id.slice(0, slash), check.id.slice(slash + 1)]
    for (const result of check.results) {
      const place = placeOf(result.subject, report)
      // What belongs to no cluster has one suite of its own, whichever checks judge it: `engine registry`.
      add(place, place === 'engine' ? result.subject.kind : group, [group, id], (classname) => ({
        classname,
        name: unique(
          classname,
          `${check.title} [${result.subject.name}]`,
          `${check.title} [${result.subject.kind} ${result.subject.name}]`,
        ),
        ms: result.durationMs,
        ...outcomeOf(check.id, result, report),
      }))
    }
  }
  return suites
}

/** `kind-dev`, or `engine` where the subject belongs to no cluster. Clusters of kind and k3d may have one name: the node tells. */
function placeOf(subject: Subject, report: Report): string {
  const name = subject.cluster ?? (subject.kind === 'cluster' ? subject.name : undefined)
  if (name === undefined) return 'engine'
  const named = report.clusters.filter((cluster) => cluster.name === name)
  const cluster = named.find(({ nodes }) => nodes.some((node) => node.name === subject.name)) ?? named[0]
  return cluster === undefined ? name : `${cluster.provider}-${cluster.name}`
}

/**
 * Jenkins takes what stands before the last dot as the package, and others take the last part for a file: a dot inside a
 * name would move the test elsewhere. kind and k3d allow no underscore in names, so two clusters never become one.
 */
const segment = (text: string): string => oneLine(text).replace(/[^\p{L}\p{N}_-]/gu, '_')

/** GitLab drops the second of two tests with one classname and name, so the second is told apart by its kind, then by a number. */
function uniqueNames(): (classname: string, ...candidates: [string, ...string[]]) => string {
  const taken = new Set<string>()
  return (classname, ...candidates) => {
    const names = candidates.map(oneLine)
    const isFree = (name: string): boolean => !taken.has(`${classname}\n${name}`)
    let name = names.find(isFree)
    for (let n = 2; name === undefined; n++) name = [`${names[0]} (${n})`].find(isFree)
    taken.add(`${classname}\n${name}`)
    return name
  }
}

function suiteElement(name: string, cases: readonly Case[], timestamp: string | undefined): Element {
  const time = seconds(cases.reduce((sum, { ms }) => sum + safe(ms), 0))
  return {
    name: 'testsuite',
    attributes: {
      name,
      tests: cases.length,
      failures: tally(cases, 'failure'),
      errors: tally(cases, 'error'),
      skipped: tally(cases, 'skipped'),
      time,
      timestamp,
    },
    children: cases.map(({ classname, name: title, ms, children }) => ({
      name: 'testcase',
      attributes: { classname, name: title, time: seconds(ms) },
      children,
    })),
  }
}

const tally = (cases: readonly Case[], outcome: Outcome['outcome']): number => cases.filter((each) => each.outcome === outcome).length

const safe = (ms: number): number => (ms > 0 ? Math.min(Math.round(ms), Number.MAX_SAFE_INTEGER) : 0)
/** At most three decimals: the XSD of Jenkins' xunit plugin rejects more. */
const seconds = (ms: number): string => String(safe(ms) / 1000)

/** UTC without a zone, as the XSDs want it; absent where `startedAt` is no time. */
function timestampOf(startedAt: string): string | undefined {
  const time = Date.parse(startedAt)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 19)
}
