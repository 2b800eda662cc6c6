import { someNodeReaches } from '../../derive/ask.ts'
import { toldHosts } from '../../derive/hosting-configmap.ts'
import { askBase, describeAnswer, registryDetail } from '../../derive/registry-detail.ts'
import type { Evidence, Finding } from '../../model/finding.ts'
import { isHttpFailure, ObservationFailure, type ContainerDetail, type Look } from '../../model/observation.ts'
import { isOnNode, type Cluster, type Registry } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'engine/registry-running',
  per: 'registry',
  title: 'the registry container exists and runs',
  why: 'A stopped container has no address and no name on the Docker network. Nodes then see a name that does not resolve or a refused connection, which looks like a fault of the network.',
  finds: ['registry-not-found', 'registry-not-running', 'registry-hanging'],
  async run(look, { registry, clusters }) {
    if (registry.role === 'pull-through-cache')
      return { skip: `${registry.name} is a pull-through cache: containerd goes on to the upstream registry without it` }
    if (registry.place === 'elsewhere') return { skip: `${registry.name} is no container of this engine` }
    const detail = await registryDetail(look, registry)
    if (detail === null) return notFound(look, registry, clusters)
    if (detail.state === 'running') return []
    return [detail.state === 'paused' ? paused(registry, detail) : await notRunning(look, registry, detail)]
  },
})

async function notFound(look: Look, registry: Registry, clusters: readonly Cluster[]): Promise<Finding[]> {
  // A name that nodes reach all the same is served by something that is no container here: an entry in /etc/hosts, a NodePort.
  const reaches = await someNodeReaches(look, clusters, registry)
  if (reaches === true) return []
  if (reaches === null)
    throw new ObservationFailure(
      'node.trace',
      'not-asked',
      `no container serves as ${registry.address}, and no node could be asked whether it reaches one`,
    )
  const containerName = registry.address.replace(/:\d+$/, '')
  const pushHosts = await toldHosts(look, clusters)
  return [
    {
      code: 'registry-not-found',
      subject: { kind: 'registry', name: registry.name },
      hop: 'registry',
      message: `${registry.clusters.join(', ')} refer${registry.clusters.length === 1 ? 's' : ''} to a registry at ${registry.address}, but there is no such container and no node reaches one`,
      data: {
        address: registry.address,
        registryHosts: [...registry.registryHosts, ...pushHosts],
        networks: clusters.map((one) => one.network),
      },
      evidence: [
        {
          vantage: 'engine',
          asked: `container ${containerName}`,
          saw: 'no such container',
          command: `docker ps -a --filter name=^${containerName}$`,
        },
        ...registry.references.map(({ source, nodes, cluster, registryHost, endpoints }): Evidence =>
          isOnNode(source)
            ? { vantage: 'node', asked: `${source} of ${nodes.join(', ')}`, saw: `${registryHost} → ${endpoints.join(', ')}` }
            : {
                vantage: source === 'option' ? 'host' : 'api',
                asked:
                  {
                    configmap: 'ConfigMap kube-public/local-registry-hosting of',
                    pod: 'images that pods wait for in',
                    option: '--registry for',
                  }[source] + ` ${cluster}`,
                saw: registryHost,
              },
        ),
      ],
    },
  ]
}

function paused(registry: Registry, detail: ContainerDetail): Finding {
  return {
    code: 'registry-hanging',
    subject: { kind: 'registry', name: registry.name },
    hop: 'registry',
    message: `the container ${detail.name} is paused: it accepts connections and never answers`,
    data: { container: detail.name, paused: true },
    evidence: [
      {
        vantage: 'engine',
        asked: `state of ${detail.name}`,
        saw: 'paused',
        command: `docker inspect -f '{{.State.Status}}' ${detail.name}`,
      },
    ],
  }
}

async function notRunning(look: Look, registry: Registry, detail: ContainerDetail): Promise<Finding> {
  const evidence: Evidence[] = [
    {
      vantage: 'engine',
      asked: `state of ${detail.name}`,
      saw: `${detail.state}, exit code ${detail.exitCode}, since ${detail.finishedAt}; restart policy ${detail.restartPolicy}`,
      command: `docker inspect -f '{{json .State}}' ${detail.name}`,
    },
  ]
  const usurper = await usurperOf(look, registry)
  if (usurper) evidence.push(usurper)
  return {
    code: 'registry-not-running',
    subject: { kind: 'registry', name: registry.name },
    hop: 'registry',
    message: `the container ${detail.name} ${whatBecameOf(detail)} (restart policy ${detail.restartPolicy})`,
    data: {
      container: detail.name,
      exitCode: detail.exitCode,
      restartPolicy: detail.restartPolicy,
      names: [detail.name, ...Object.values(detail.aliases).flat()],
      hostPortTaken: usurper ? registry.hostAddress! : null,
    },
    evidence,
  }
}

function whatBecameOf({ state, exitCode, oomKilled }: ContainerDetail): string {
  if (state === 'created') return 'was created but never started'
  if (state === 'restarting') return `starts again and again, it ended with exit code ${exitCode}`
  return `has stopped with exit code ${exitCode}${oomKilled ? ', killed for lack of memory' : ''}`
}

/** What answers on the host port of a registry that does not run: it must go before the container can start. */
async function usurperOf(look: Look, registry: Registry): Promise<Evidence | null> {
  // Who is told another way to it does not share the localhost on which its port is.
  if (registry.hostAddress === undefined || registry.hostUrl !== undefined) return null
  const { url, answer } = await askBase(look, registry.hostAddress)
  if (isHttpFailure(answer)) return null
  return {
    vantage: 'host',
    asked: `GET ${url}`,
    saw: `another server answers on its host port: ${describeAnswer(answer)}`,
    command: `curl -i ${url}`,
  }
}
