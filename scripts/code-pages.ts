import type { AnyCheck } from '../src/checks/define-check.ts'
import { checks } from '../src/checks/index.ts'
import { codes, type Code, type CodeInfo } from '../src/model/codes.ts'

const generated = '<!-- Written by `npm run docs` from src/model/codes.ts and src/checks. Change it there. -->'

/** The pages of docs/codes: file name → text. */
export function codePages(): Map<string, string> {
  const all = Object.entries(codes) as [Code, CodeInfo][]
  return new Map([['README.md', index(all)], ...all.map(([code, info]): [string, string] => [`${code}.md`, page(code, info)])])
}

function page(code: Code, { title, severity, explanation, repair }: CodeInfo): string {
  const finders = checks.filter((check) => check.finds.includes(code))
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

const describe = ({ id, title, why }: AnyCheck): string => `- \`${id}\`: ${title}. ${why}`

function index(all: readonly [Code, CodeInfo][]): string {
  const rows = all.map(([code, { severity, title }]) => `| [\`${code}\`](${code}.md) | ${severity} | ${title.replaceAll('|', '\\|')} |`)
  return `${generated}

# Codes

What registry-doctor can find wrong, in the order in which an image travels. A code is stable: it is never renamed, and it is
the \`code\` of a finding in the JSON report and the \`type\` of a failure in the JUnit report.

| code | severity | what is wrong |
|---|---|---|
${rows.join('\n')}
`
}
