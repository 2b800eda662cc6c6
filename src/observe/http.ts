import { defineObservation } from './observe.ts'

export const http = defineObservation('http', (ports, { method, url }) => ports.http.request(method, url))
