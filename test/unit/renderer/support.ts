import type { EventView } from '../../../src/shared/event.ts'
import { viewEvent } from '../../../src/shared/event.ts'
import { foldMachine } from '../../../src/shared/fold/machines.ts'
import type { Machine } from '../../../src/shared/machine.ts'

/** An event as the client gives it to its listeners. */
export function event(offset: number, machine: string, type: string, payload: Record<string, unknown> = {}): EventView {
  return viewEvent({
    offset,
    time: offset * 1_000,
    origin: type === 'machine_stale' ? 'panel' : 'machine',
    body: { machine_name: machine, type, payload },
  })
}

/** The machines after these events, folded as everywhere. */
export function fold(machines: Map<string, Machine>, ...events: readonly EventView[]): Map<string, Machine> {
  for (const each of events) foldMachine(machines, each)
  return machines
}

export function folded(name: string, ...events: readonly EventView[]): Machine {
  const machine = fold(new Map(), ...events).get(name)
  if (!machine) throw new Error(`no machine ${name}`)
  return machine
}
