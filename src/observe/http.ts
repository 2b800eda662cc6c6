import { defineObservation } from './observe.ts'

export const http = defineObservation('http', (ports, { method, url, keep }) => ports.http.request(method, url, keep))
