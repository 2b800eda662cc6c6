/**
 * 2,000 generated hosts.toml files through the TOML libraries of containerd:
 *
 *   npm run conformance:hosts-toml                compares with what is committed
 *   npm run conformance:hosts-toml -- --record    commits what containerd says now
 */
import { hostsTomlConformance } from './compare.ts'

const results = await hostsTomlConformance(process.argv.includes('--record'))
for (const { library, files, sameOutcome, sameEndpoints, deviations, asRecorded } of results) {
  const { containerd, goToml } = library
  console.log(
    `containerd ${containerd} (go-toml ${goToml}): ${sameOutcome} of ${files} accepted or rejected alike, ${sameEndpoints} with the same endpoints`,
  )
  for (const { index, theirs, ours, toml } of deviations)
    console.log(`  file ${index}: ${JSON.stringify(toml)}\n    containerd ${theirs}\n    ours       ${ours}`)
  if (!asRecorded) console.log(`  fixtures/containerd/generated-${containerd}.json holds something else`)
  if (!asRecorded || sameEndpoints < files * 0.99) process.exitCode = 1
}
