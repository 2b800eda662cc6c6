import type { ReadPorts } from '../../src/observe/index.ts'

type Parts = { [P in keyof ReadPorts]?: Partial<ReadPorts[P]> }

/** Ports of which a test gives what it needs; everything else is a fault of the test. */
export function fakePorts(parts: Parts): ReadPorts {
  const complete = <P extends object>(port: string, given: Partial<P> = {}): P =>
    new Proxy(given as P, {
      get: (target, method) => {
        if (method in target) return target[method as keyof P]
        throw new Error(`the test did not expect ${port}.${String(method)}`)
      },
    })
  return { docker: complete('docker', parts.docker), http: complete('http', parts.http), kube: complete('kube', parts.kube) }
}
