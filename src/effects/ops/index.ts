import { clusterCreate } from './clusters.ts'
import { containerRestart, containerRun, containerStart, containerUnpause } from './containers.ts'
import { fileCopy, filePut, fileSplice, hostFilePut, pathMove } from './files.ts'
import { imagePush } from './images.ts'
import { configMapPut, podDelete } from './kube.ts'
import { networkConnect, networkDisconnect } from './networks.ts'
import type { DoneStep, Op, StepOf } from './op.ts'
import { containerRecreate } from './recreate.ts'
import { serviceRestart } from './services.ts'

/** How every step is done. */
const ops: { readonly [O in DoneStep['op']]: Op<StepOf<O>> } = {
  'container.start': containerStart,
  'container.unpause': containerUnpause,
  'container.restart': containerRestart,
  'container.run': containerRun,
  'container.recreate': containerRecreate,
  'network.connect': networkConnect,
  'network.disconnect': networkDisconnect,
  'file.put': filePut,
  'file.splice': fileSplice,
  'file.copy': fileCopy,
  'path.move': pathMove,
  'service.restart': serviceRestart,
  'configmap.put': configMapPut,
  'pod.delete': podDelete,
  'image.push': imagePush,
  'host.file.put': hostFilePut,
  'cluster.create': clusterCreate,
}

/** What does a step. A step's `before` is only ever given to the op that captured it. */
export const opOf = (step: DoneStep): Op => ops[step.op]
