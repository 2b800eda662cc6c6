/** docs/conformance.md, from the recorded results. */
import { writeFileSync } from 'node:fs'
import { newestProven } from '../../../src/containerd/version-rules.ts'
import { libraries, type Library } from '../hosts-toml/libraries.ts'
import { readRecorded } from '../hosts-toml/recorded.ts'
import { tables } from './axes.ts'
import { thresholds, type Comparison } from './compare.ts'
import { recordedResults, recordedVersions } from './recorded.ts'
import { comparisonOf, percent } from './report.ts'
import { writtenRows } from './rows.ts'

const file = new URL('../../../docs/conformance.md', import.meta.url)

const about: { readonly [table: string]: string } = {
  lookup: 'which entry of certs.d is found, and what it leads to',
  settings: 'which settings of config.toml lead where',
  answers: 'what a mirror and the registry behind it answer',
  registry: 'what the registry itself answers and speaks, with nobody before it',
  proxy: 'a proxy in the environment of containerd',
}

export const writeDocs = (): void =>
  writeFileSync(file, docsPage(recordedVersions().map((version) => [version, comparisonOf(version, recordedResults(version))])))

/** @param compared what was recorded of each version, held to the model */
export function docsPage(compared: readonly (readonly [version: string, Comparison])[]): string {
  return `# Conformance

What registry-doctor says a pull will do is held to what containerd does. The rules in \`src/containerd\` are proven up to
containerd ${newestProven}; a newer one is judged by the rules of that version, and the report says so.

This page is written by \`npm run conformance -- --record\`.

## Pulls

| containerd | rows | requests as planned | error texts as predicted |
|---|---|---|---|
${compared.map(([version, one]) => `| ${version} | ${one.rows} | ${percent(one.requests)} | ${percent(one.texts)} |`).join('\n')}

\`npm test\` holds the model to all recorded results. \`.ci/run\` makes the real pulls of one version, another one each day; below
${thresholds.requests} % of the requests or ${thresholds.texts} % of the texts it fails.

**What runs.** containerd itself, built from its Go module (\`-k3sN\`: k3s' fork) and started in namespaces of its own with a
network of its own: a name server, a proxy, and HTTP and HTTPS servers that answer as the row says and note what they are
asked. Images are pulled through the CRI, as the kubelet does, and unpack: each row has one of its own.

**The rows** are drawn pairwise from tables of axes with a fixed seed, and lie in \`fixtures/conformance/rows.json\`: every pair of
two values of a table is in one of its rows. All versions pull the same rows.

| table | rows | about | axes |
|---|---|---|---|
${Object.entries(writtenRows())
  .map(([name, rows]) => `| ${name} | ${rows.length} | ${about[name]} | ${axesOf(name)} |`)
  .join('\n')}

**Compared** are all requests for manifests in their order (method, scheme, host, path, \`ns\`), TLS handshakes that lead to no
request, what a proxy is asked for, the set of requests for blobs, and the whole text of the error as the kubelet prints it
behind \`Failed to pull image "…": \`, with its code. Ports of clients, times in certificate errors and digests are
replaced by words. Where the CRI does not load, its reason is compared.

**How the model is asked.** It gets the settings and files of the row and, for each request that it makes, what a server
answers or Go's words for why none does; which requests follow, and what containerd finally says, is its own.

## Deviations

${deviations(compared)}

## What is not covered

- Requests for tokens: the model takes what comes of them as part of an answer. Credentials are not given to any row.
- Every answer closes its connection. On a connection that was kept, Go repeats a request by itself where it is cut.
- The transfer service (2.1 and later, where no setting forbids it) does not look at progress while it resolves: where a
  registry takes a request and never answers, the pull goes on until the server gives up, up to 2.2; from 2.3 on each request
  ends after 30 s, and those to the last endpoint are repeated. Such rows are ended after five seconds, and compared as far as that.
- \`image_pull_progress_timeout\` is one second in all rows; containerd's own is five minutes.
- Images have one layer and no index. Layers are fetched at the same time, so that of several that fail any may be reported.
- IPv6 addresses under \`mirrors\`: the TOML library of 1.x does not take such a key.
- \`rewrite\` and other keys of k3s' fork that only k3s writes, credentials, client certificates and \`dial_timeout\`.
- Windows.

## hosts.toml

${generatedFilesCount()} generated files (valid, odd and broken; from a fixed seed) through containerd's own code, one version for each TOML
library that it has used; \`npm run conformance:hosts-toml\` compares live, \`npm test\` replays what was recorded.

| containerd | go-toml | accepted | rejected | a file that cannot be used | ends containerd | differs from ours |
|---|---|---|---|---|---|---|
${libraries.map(hostsTomlRow).join('\n')}

Further cases written by hand, and what resolvers of twelve versions make of scripted servers, are held in \`fixtures/containerd\`.
`
}

const generatedFilesCount = (): string =>
  Object.values(readRecorded(libraries[0].containerd)!.count)
    .reduce((sum, one) => sum + one, 0)
    .toLocaleString('en')

function hostsTomlRow({ containerd, goToml }: Library): string {
  const { count, deviations: differing } = readRecorded(containerd)!
  const { accepted, rejected, error, crash } = count
  return `| ${[containerd, goToml, accepted, rejected, error, crash, Object.keys(differing).length].join(' | ')} |`
}

function axesOf(table: string): string {
  return Object.entries(tables[table]!)
    .filter(([, values]) => values.length > 1)
    .map(([axis, values]) => `${axis} ${values.length}`)
    .join(', ')
}

function deviations(compared: readonly (readonly [string, Comparison])[]): string {
  const lines = compared.flatMap(([version, { deviations: all }]) =>
    all.map((one) => `- containerd ${version}, row ${one.number} (\`${one.row}\`): ${one.what}`),
  )
  return lines.length === 0 ? 'None, in any version.' : lines.join('\n')
}
