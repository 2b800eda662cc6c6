import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkBundle } from '../src/index.ts'

const incident = new URL('../incidents/registry-stopped/bundle.json', import.meta.url)

/** What a bundle is judged to be that was made of one cluster, where its user selected something else on top. */
const judged = (cluster: string) =>
  checkBundle(JSON.stringify({ ...JSON.parse(readFileSync(incident, 'utf8')), selection: { clusters: [cluster] } }), {
    selection: { registry: 'kind-registry' },
  })

test('what is selected for a bundle is on top of what it was made with', async () => {
  expect((await judged('dev')).clusters.map((one) => one.name)).toEqual(['dev'])
  await expect(judged('nowhere')).rejects.toThrow('no cluster is named "nowhere": there is dev')
})
