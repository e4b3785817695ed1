// What the figures were measured on.
import { arch, cpus, release, totalmem, type } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { MEAN_BYTES, TEXTS } from './datagrams.mjs'
import { qlen, qlenSettable } from './qlen.mjs'

export function machine() {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    node: process.version,
    os: `${type()} ${release()} ${arch()}`,
    qlen: qlen(),
    qlenSettable: qlenSettable(),
    date: new Date().toISOString(),
    datagramBytes: MEAN_BYTES,
    datagramKinds: TEXTS.length,
  }
}

const LOOK_MS = 500

/** How much of the processors others use at the moment, 0 to 1: every figure is the worse for it. */
export async function busyWithOthers() {
  const before = times()
  await sleep(LOOK_MS)
  const after = times()
  return Number(((after.busy - before.busy) / Math.max(after.all - before.all, 1)).toFixed(2))
}

function times() {
  let busy = 0
  let all = 0
  for (const processor of cpus()) {
    const { user, nice, sys, irq, idle } = processor.times
    busy += user + nice + sys + irq
    all += user + nice + sys + irq + idle
  }
  return { busy, all }
}
