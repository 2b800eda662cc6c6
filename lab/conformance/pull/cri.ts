/** The one call of the CRI that is needed, as the kubelet makes it, and its error as the kubelet prints it. */
import { connect as connectHttp2, constants } from 'node:http2'
import { connect } from 'node:net'

// prettier-ignore
const codes = [
  'OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'ResourceExhausted',
  'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated',
]

export interface Status {
  readonly code: string
  readonly message: string
}

/** A field of a message: its number and its bytes. */
const field = (number: number, content: Buffer): Buffer => {
  const length = content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7]
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content])
}

/** Calls a method of the CRI's image service. */
function call(socket: string, method: string, message: Buffer, limit?: number): Promise<Status> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2('http://localhost', { createConnection: () => connect(socket) })
    session.once('error', reject)
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: `/runtime.v1.ImageService/${method}`,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    })
    const status: Record<string, string> = {}
    const take = (headers: object): void => void Object.assign(status, headers)
    stream.on('response', take).on('trailers', take).on('error', reject)
    stream.on('data', () => {})
    const timer = limit === undefined ? undefined : setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), limit)
    stream.on('close', () => {
      clearTimeout(timer)
      session.close()
      resolve({ code: codes[Number(status['grpc-status'] ?? NaN)] ?? noEnd, message: decodeURIComponent(status['grpc-message'] ?? '') })
    })
    const prefix = Buffer.alloc(5)
    prefix.writeUInt32BE(message.length, 1)
    stream.end(Buffer.concat([prefix, message]))
  })
}

export const listImages = (socket: string): Promise<Status> => call(socket, 'ListImages', Buffer.alloc(0))

/** In the place of an error where the pull was given up by us. */
export const noEnd = 'no end'

/**
 * The error of a pull; undefined where the image was pulled.
 * @param limit how long to wait, where containerd may not give up by itself
 */
export async function pullImage(socket: string, image: string, limit: number): Promise<string | undefined> {
  const { code, message } = await call(socket, 'PullImage', field(1, field(1, Buffer.from(image))), limit)
  if (code === 'OK') return undefined
  if (code === noEnd) return noEnd
  return code === 'Unknown' ? message : `rpc error: code = ${code} desc = ${message}`
}
