import type { Datagram } from '../../src/shared/datagram.ts'
import type { Random } from './random.ts'

/** A body and its text, as a machine program might have sent it. */
export interface RandomDatagram {
  readonly body: Datagram
  readonly text: string
}

const MACHINES = ['press_001', 'press_002', 'oven', 'Лампа']
const TAGS = ['pressure', 'speed', 'температура']

/** What the machines of a small plant send: states, jobs, logs, errors, telemetry, and what nobody knows. */
export function randomDatagram(random: Random, machines: readonly string[] = MACHINES): RandomDatagram {
  const machine_name = random.pick(machines)
  const number = random.integer(0, 9)
  const body = random.pick<() => Datagram>([
    () => ({
      machine_name,
      type: 'machine_registered',
      payload: { config_type: 'press', current_state: `s${number}` },
    }),
    () => ({ machine_name, type: 'machine_terminated', payload: {} }),
    () => ({ machine_name, type: 'state_change', payload: { from_state: `s${number}`, to_state: `s${number + 1}` } }),
    () => ({ machine_name, event_type: 'job_started', payload: { job_id: `j${number}` } }),
    () => ({ machine_name, type: 'job_completed', payload: { job_id: `j${number}` } }),
    () => ({ machine_name, type: 'job_failed', payload: { job_id: `j${number}`, error_message: 'no paper' } }),
    () => ({ machine_name, type: 'activity_log', payload: { level: 'warn', message: `Няма хартия ${number}` } }),
    () => ({ machine_name, type: 'error_occurred', payload: { message: `Грешка ${number}` } }),
    () => ({ machine_name, type: 'device_update', payload: { device_id: random.pick(TAGS), value: random.next() } }),
    () => ({ machine_name, type: 'tag_update', payload: { tag: random.pick(TAGS), value: number } }),
    () => ({ machine_name, type: 'tag_update', payload: { value: number } }),
    () => ({ machine_name, type: 'whatever', payload: [number] }),
  ])()
  const plain = JSON.stringify(body)
  return { body, text: random.chance(0.5) ? plain : escaped(plain) }
}

/** As Python writes it: what is not ASCII as \uXXXX. */
export function escaped(json: string): string {
  return json.replaceAll(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
