import { describe, expect, test } from 'vitest'
import type { FixReport } from '../../src/model/fix-report.ts'
import type { ReporterOptions } from '../../src/model/reporter.ts'
import { fix } from '../../src/reporters/fix.ts'
import { fixReporters } from '../../src/reporters/fix-reporters.ts'
import { validateFix } from '../fix-contract.ts'
import * as fixes from './fixes.ts'
import { hostile, hostileTexts, sgr, swamped, tooWide } from './hostile.ts'
import { options } from './reports.ts'
import { all, parseXml } from './xml.ts'

const shown = (given: FixReport, look: Partial<ReporterOptions> = {}): string =>
  fix(given, { ...options, ...look })
    .map(({ text }) => text)
    .join('')
// oxlint-disable-next-line no-control-regex
const movesTheCursor = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

/** The documents that people will see. */
const documents: Readonly<Record<string, FixReport>> = {
  'fix-applied': fixes.applied,
  'fix-pods-wait': fixes.podsWait,
  'fix-dry-run': fixes.dryRun,
  'fix-question': fixes.question,
  'fix-in-part': fixes.inPart,
  'fix-failed': fixes.failed,
  'fix-manual': fixes.manual,
  'fix-declined': fixes.declined,
  'fix-nothing': fixes.nothing,
  'fix-no-docker': fixes.noDocker,
  'fix-interrupted': fixes.interrupted,
  'fix-k3d': fixes.k3d,
  'undo-done': fixes.undone,
  'undo-in-part': fixes.undoneInPart,
  'undo-dry-run': fixes.undoPlanned,
  'setup-fresh': fixes.setup,
  'setup-dry-run': fixes.setupPlanned,
  'setup-again': fixes.setupAgain,
  'setup-failed': fixes.setupFailed,
}

// What people see, to be read as a whole: expected/<document>.<columns>.txt.
const looks = { '60': { columns: 60, unicode: false }, '80': {}, '120': { columns: 120 } }
const rows = Object.entries(documents).flatMap(([name, given]) =>
  Object.entries(looks).map(([look, parts]) => [`${name}.${look}`, given, parts] as const),
)

/** What has to be pasted or read as it is: commands, lines of files, and what a set-up ends with. */
function verbatimOf(given: FixReport): Set<string> {
  const names = (given.before?.clusters ?? []).map(({ name }) => ` --cluster ${name}`).join('')
  const steps = given.repairs.flatMap((one) => one.steps)
  const hurries = [given.before, given.after].flatMap((one) => one?.symptoms ?? []).flatMap(({ command }) => command ?? [])
  const texts = [
    ...steps.flatMap(({ show, diff = '' }) => [show, diff]),
    ...given.repairs
      .flatMap(({ finding }) => given.before?.findings.find((one) => one.id === finding)?.remedies ?? [])
      .flatMap(({ show }) => show),
    ...given.next,
    ...hurries,
    ...(given.id === undefined ? [] : [`registry-doctor fix --undo ${given.id} --yes`]),
    ...['', ' --allow disruptive'].map((allow) => `registry-doctor fix --yes${allow}${names}`),
  ]
  return new Set(texts.flatMap((text) => text.split('\n')).map((line) => line.trim()))
}

test.each(rows)('%s looks as expected', async (name, given, look) => {
  await expect(shown(given, look)).toMatchFileSnapshot(`expected/${name}.txt`)
})

test.each(rows)('%s is printable, fits, and says the same each time', (_name, given, look) => {
  const before = structuredClone(given)
  const text = shown(validateFix(given), look)
  expect(text).not.toMatch(movesTheCursor)
  expect(tooWide(text, { ...options, ...look }.columns, verbatimOf(given))).toEqual([])
  expect(shown(given, { ...look, color: true }).replace(sgr, '')).toBe(text)
  expect(given).toEqual(before)
})

test.each(Object.entries(documents))('%s is ASCII where the locale has no more', (_name, given) => {
  expect(shown(given, { unicode: false })).toMatch(/^[\n -~]+$/)
})

const undo = 'undo: registry-doctor fix --undo 20261128-190533-7f3a'

describe('the last line', () => {
  test.each<[string, string, string?]>([
    ['fix-applied', 'repaired: 1 root cause gone, 3 changes on 3 nodes', undo],
    ['fix-dry-run', 'not changed: 2 repairs are possible'],
    ['fix-in-part', 'repaired in part: 1 root cause gone, 1 still there, 1 repair needs --allow disruptive, 1 change', undo],
    ['fix-failed', 'not repaired: 2 root causes still there, 1 new, 1 repair failed, 1 not reached, 3 changes on 2 nodes', undo],
    ['fix-manual', 'not changed: 1 repair to be made by hand'],
    ['fix-declined', 'not changed: 1 repair declined'],
    ['fix-nothing', 'nothing to repair: healthy'],
    ['fix-no-docker', 'not repaired: docker-unreachable'],
    ['fix-interrupted', 'interrupted: 1 repair failed, 1 change on 1 node', undo],
    ['fix-k3d', 'changed: node-exec, 2 root causes gone, 4 changes on 2 nodes', undo],
    ['undo-done', 'undone: 3 changes taken back on 3 nodes'],
    ['undo-in-part', 'undone in part: 1 change kept, 2 changes taken back on 2 nodes'],
    ['undo-dry-run', 'not changed: 3 changes can be taken back'],
    ['setup-dry-run', 'not changed: 6 changes to be made'],
    ['setup-fresh', 'set up: 6 changes, proven on 3 nodes', undo],
    ['setup-again', 'set up already: nothing to change, proven on 3 nodes'],
    ['setup-failed', 'not set up: setup-failed, 1 part failed, 1 not reached'],
  ])('%s', (name, expected, command) => {
    const whole = command === undefined ? expected : `${expected} · ${command}`
    expect(shown(documents[name]!, { quiet: true }), 'is all that quiet says').toBe(`${whole}\n`)
    expect(shown(documents[name]!, { columns: 200 }).trimEnd().split('\n').at(-1)).toBe(whole)
    const [last, ...rest] = shown(documents[name]!, { columns: 80 }).trimEnd().split('\n').toReversed()
    expect(whole.startsWith(last!), 'the lesser counts go first').toBe(true)
    const before = rest.find((line) => line.startsWith('  undo '))
    expect(before, 'a command is not broken').toBe(command?.replace('undo: ', '  undo      '))
  })
})

describe('what was only shown can be had', () => {
  const apply = (given: FixReport): string[] => shown(given).match(/registry-doctor fix --yes.*/g) ?? []
  test('with the risk that it takes', () => {
    const [safe] = fixes.dryRun.repairs
    expect(apply(fixes.dryRun)).toEqual(['registry-doctor fix --yes --allow disruptive --cluster dev'])
    expect(apply({ ...fixes.dryRun, repairs: [safe!] })).toEqual(['registry-doctor fix --yes --cluster dev'])
  })
  test('with and without what is not allowed', () => {
    const [safe, risky] = fixes.dryRun.repairs
    const given: FixReport = { ...fixes.dryRun, repairs: [safe!, { ...risky!, status: 'not-allowed' }] }
    expect(apply(given)).toEqual(['registry-doctor fix --yes --cluster dev', 'registry-doctor fix --yes --allow disruptive --cluster dev'])
  })
  test('and a name is pasted as nothing but a name', () => {
    const { before } = fixes.dryRun
    const clusters = before!.clusters.map((one) => ({ ...one, name: "a'; $(reboot)" }))
    expect(apply({ ...fixes.dryRun, before: { ...before!, clusters } })[0]).toContain(` --cluster 'a'\\''; $(reboot)'`)
  })
  test('but not where it is done', () => expect(apply(fixes.applied)).toEqual([]))
})

describe('a change', () => {
  test('of many nodes is shown once', () =>
    expect(shown(fixes.dryRun).match(/\[plugins\."io\.containerd\.cri\.v1\.images"\]?/g)).toHaveLength(1))
  test('that differs on one node is shown for itself', () => {
    const [repair] = fixes.applied.repairs
    const steps = repair!.steps.map((one, nth) => (nth === 1 ? { ...one, diff: '@@ -1,1 +1,1 @@\n-old\n+new\n' } : one))
    const text = shown({ ...fixes.applied, repairs: [{ ...repair!, steps }] })
    expect(text).toContain('dev-control-plane, dev-worker2')
    expect(text).toContain('\n      -old\n      +new\n')
  })
  test('is red and green', () => {
    const text = shown(
      {
        ...fixes.applied,
        repairs: [
          {
            ...fixes.applied.repairs[0]!,
            steps: [fixes.did(fixes.applied.repairs[0]!.steps[0]!.step, 'applied', { diff: '@@ -1,1 +1,1 @@\n-old\n+new\n' })],
          },
        ],
      },
      { color: true },
    )
    expect(text).toContain('\u001b[31m-old\u001b[39m')
    expect(text).toContain('\u001b[32m+new\u001b[39m')
  })
  test('of very many lines is cut, and says so', () => {
    const [repair] = fixes.applied.repairs
    const diff = `@@ -0,0 +1,500 @@\n${'+line\n'.repeat(500)}`
    const given = { ...fixes.applied, repairs: [{ ...repair!, steps: repair!.steps.map((one) => ({ ...one, diff })) }] }
    expect(shown(given)).toContain('441 more lines with --verbose')
    expect(shown(given, { verbose: true }).match(/\+line/g)).toHaveLength(500)
  })
})

describe('what became of a root cause', () => {
  const of = (before: readonly string[], after: readonly string[]): string[] => {
    const pick = (names: readonly string[]): FixReport['before'] => {
      const found = [
        fixes.missing,
        {
          ...fixes.missing,
          id: 'hosts-toml-missing:node/dev/dev-worker',
          subject: { kind: 'node' as const, cluster: 'dev', name: 'dev-worker' },
        },
      ]
      const findings = found.filter((one) => names.includes(one.subject.kind))
      const rootCauses = findings.map((one) => ({ finding: one.id, code: one.code, explains: [], symptoms: [] }))
      return { ...fixes.applied.after!, findings, rootCauses }
    }
    return shown({ ...fixes.applied, repairs: [], before: pick(before), after: pick(after) }).match(/(?:gone|still there|new): \S+/g) ?? []
  }
  test.each([
    [['cluster'], [], ['gone: hosts-toml-missing']],
    [[], ['cluster'], ['new: hosts-toml-missing:']],
    [['cluster'], ['cluster'], ['still there: hosts-toml-missing:']],
    // Of all nodes one is left.
    [['cluster'], ['node'], ['still there: hosts-toml-missing:']],
    [['node'], ['cluster'], ['still there: hosts-toml-missing:']],
  ])('%j, then %j', (before, after, expected) => expect(of(before, after)).toEqual(expected))
})

describe('junit', () => {
  const junit = async (given: FixReport): Promise<ReturnType<typeof parseXml>> =>
    parseXml((await fixReporters.find((one) => one.name === 'junit')!.load())(given, options)[0]!.text)
  test.each<[string, Record<string, string>]>([
    // What was found afterwards, where somebody looked; else before.
    ['fix-applied', { failures: '0', errors: '0' }],
    ['fix-dry-run', { failures: '2', errors: '0' }],
    ['fix-failed', { failures: '3', errors: '0' }],
    ['fix-no-docker', { tests: '1', failures: '0', errors: '1' }],
    ['fix-interrupted', { failures: '1', errors: '1' }],
    // Who examines nothing has a test for each repair.
    ['undo-done', { tests: '1', failures: '0', errors: '0' }],
    ['undo-in-part', { tests: '1', failures: '0', errors: '1' }],
  ])('%s', async (name, expected) => {
    const root = await junit(documents[name]!)
    expect(root.attributes).toMatchObject(expected)
    expect(all(root, 'testcase').length).toBeGreaterThan(0)
  })
})

/** What holds of each format, whatever a document says. */
const formats: Readonly<Record<string, (text: string, given: FixReport) => void>> = {
  terminal: (text) => expect(text).not.toMatch(movesTheCursor),
  json: (text, given) => expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(given))),
  junit: (text) => expect(all(parseXml(text), 'testcase').length).toBeGreaterThan(0),
}

test('every format is held', () => expect(Object.keys(formats).sort()).toEqual(fixReporters.map(({ name }) => name).sort()))

describe.each(fixReporters.map((entry) => [entry.name, entry] as const))('%s withstands', (name, entry) => {
  test.each(Object.entries(hostileTexts))('%s in every field', async (_what, text) => {
    const render = await entry.load()
    const look = { ...options, columns: 60, unicode: false, verbose: true }
    for (const given of [fixes.failed, fixes.podsWait, fixes.setup, fixes.undoneInPart, fixes.noDocker]) {
      for (const turned of [hostile(given as never, text), swamped(given as never, text)] as unknown as FixReport[]) {
        // It is one of a few words, as are those of the other closed fields.
        const document = { ...turned, command: given.command }
        const before = structuredClone(document)
        const rendered = render(document, look)[0]!.text
        formats[name]!(rendered, document)
        expect(render(document, look)[0]!.text, 'is the same the second time').toBe(rendered)
        expect(document, 'is left as it was').toEqual(before)
      }
    }
  })
})

test.each(Object.entries(hostileTexts).filter(([what]) => !what.startsWith('a long word')))(
  'no prose is wider than its columns with %s',
  (_what, text) => {
    const given = hostile(
      { ...fixes.failed, id: undefined, before: { ...fixes.failed.before!, clusters: [] } } as never,
      ` ${text} `,
    ) as unknown as FixReport
    const repairs = given.repairs.map((one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, show: 'true', diff: '' })) }))
    for (const columns of [60, 80, 120]) {
      expect(tooWide(shown({ ...given, command: 'fix', repairs }, { columns }), columns, new Set())).toEqual([])
    }
  },
)

test('a word that is not known yet is no fault', () => {
  const [repair] = fixes.applied.repairs
  const steps = repair!.steps.map((one) => ({ ...one, status: 'adopted', step: { op: 'node.adopt', node: 'dev-worker' } }))
  const given = {
    ...fixes.applied,
    command: 'adopt',
    repairs: [{ ...repair!, status: 'adopted', risk: 'odd', steps }],
  } as unknown as FixReport
  expect(shown(given)).toContain('hosts-toml-missing')
})
