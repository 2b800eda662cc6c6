/** A name server that knows the names of a row: IPv4 addresses only, everything over UDP. */
import { createSocket, type Socket } from 'node:dgram'
import { addresses, nameAnswer, nameServer, type Site } from './sites.ts'

const noError = 0
const serverFailure = 2
const noSuchName = 3
const typeA = 1

export class NameServer {
  sites: readonly Site[] = []
  readonly #socket: Socket = createSocket('udp4')

  start(): Promise<void> {
    this.#socket.on('message', (query, { port, address }) => this.#socket.send(this.#reply(query), port, address))
    return new Promise((resolve) => this.#socket.bind(53, nameServer, resolve))
  }

  stop(): void {
    this.#socket.close()
  }

  #reply(query: Buffer): Buffer {
    const labels: string[] = []
    let at = 12
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length))
      at += length + 1
    }
    const name = labels.join('.').toLowerCase()
    const type = query.readUInt16BE(at + 1)
    const known = nameAnswer(name, this.sites)
    const code = known === 'fails' ? serverFailure : known === 'none' ? noSuchName : noError
    const answers = known === 'address' && type === typeA ? [addresses[name]!] : []
    const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x80 | code, 0, 1, 0, answers.length, 0, 0, 0, 0])
    const records = answers.map((address) => Buffer.from([0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]))
    return Buffer.concat([header, query.subarray(12, at + 5), ...records])
  }
}
