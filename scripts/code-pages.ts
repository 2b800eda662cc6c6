import type { CheckInfo } from '../src/checks/define-check.ts'
import { checks } from '../src/checks/index.ts'
import { probeChecks } from '../src/effects/probe/checks.ts'
import { codes, type Code, type CodeInfo } from '../src/model/codes.ts'
import { lintCodes } from '../src/model/lint-codes.ts'

type LintCodeInfo = Omit<CodeInfo, 'severity'>

const generated = '<!-- Written by `npm run docs` from src/model/codes.ts and src/checks. Change it there. -->'
const generatedOfLint = '<!-- Written by `npm run docs` from src/model/lint-codes.ts. Change it there. -->'

/** The pages of docs/codes: file name → text. */
export function codePages(): Map<string, string> {
  const all = Object.entries(codes) as [Code, CodeInfo][]
  const ofLint = Object.entries(lintCodes) as [keyof typeof lintCodes, LintCodeInfo][]
  return new Map([
    ['README.md', index(all, ofLint)],
    ...all.map(([code, info]): [string, string] => [`${code}.md`, page(code, info)]),
    ...ofLint.map(([code, info]): [string, string] => [`${code}.md`, lintPage(code, info)]),
  ])
}

function page(code: Code, { title, severity, explanation, repair }: CodeInfo): string {
  const finders = [...checks, ...probeChecks].filter((check) => check.finds.includes(code))
  return `${generated}

# ${code}

> ${title}

${severity === 'error' ? 'An error: `check` exits with 1.' : 'A warning: `check` exits with 0, unless `--fail-on warning` is given.'}

## What it means

${explanation}

## What makes it go away

${repair}

The exact commands for your cluster are in the report, with the finding.
${finders.length === 0 ? '' : `\n## Which check finds it\n\n${finders.map(describe).join('\n')}\n`}`
}

const lintPage = (code: string, { title, explanation, repair }: LintCodeInfo): string => `${generatedOfLint}

# ${code}

> ${title}

Told of by \`lint\` alone: of an error it exits with 1, of a warning with 0, unless \`--fail-on warning\` is given.

## What it means

${explanation}

## What makes it go away

${repair}
`

const describe = ({ id, title, why }: CheckInfo): string => `- \`${id}\`: ${title}. ${why}`

function index(all: readonly [Code, CodeInfo][], ofLint: readonly [string, LintCodeInfo][]): string {
  const lintRows = ofLint.map(([code, { title }]) => `| [\`${code}\`](${code}.md) | ${title} |`)
  const rows = all.map(([code, { severity, title }]) => `| [\`${code}\`](${code}.md) | ${severity} | ${title.replaceAll('|', '\\|')} |`)
  return `${generated}

# Codes

What registry-doctor can find wrong, in the order in which an image travels. A code is stable: it is never renamed, and it is
the \`code\` of a finding in the JSON report and the \`type\` of a failure in the JUnit report.

| code | severity | what is wrong |
|---|---|---|
${rows.join('\n')}

Of files alone, before a cluster exists, \`lint\` tells with these codes and with some of its own:

| code | what is wrong |
|---|---|
${lintRows.join('\n')}
`
}
