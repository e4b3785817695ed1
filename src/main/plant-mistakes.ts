import { MAX_SOCKET_PATH } from '../core/plant.ts'
import { templateOf } from '../shared/machine.ts'
import type { Condition, Limits, MachineDescription, Plant, TagDescription } from '../shared/plant.ts'
import type { Mistake } from './schema-mistakes.ts'
import type { Key } from './yaml-text.ts'

/** What a machine's program reads of one command, bytes; see wire/state-machine.md. */
const MAX_COMMAND_BYTES = 4_096

export interface PlantFindings {
  /** For these the file is refused. */
  readonly mistakes: readonly Mistake[]
  /** These are odd, and may still be right: what is not described can be discovered. */
  readonly warnings: readonly Mistake[]
}

/** What the schema cannot say of a plant. */
export function plantFindings(plant: Plant): PlantFindings {
  const findings = new Findings(plant)
  for (const [name, machine] of Object.entries(plant.machines ?? {})) findings.machine(name, machine)
  for (const [name, members] of Object.entries(plant.groups ?? {})) {
    members.forEach(({ machine, device }, index) => findings.device(['groups', name, index], machine, device))
  }
  for (const [id, { suppressed_while: conditions = [] }] of Object.entries(plant.alarms ?? {})) {
    conditions.forEach((condition, at) => findings.condition(['alarms', id, 'suppressed_while', at], condition))
  }
  const names = new Map<string, number>()
  plant.interlocks?.forEach((interlock, index) => {
    const keys = ['interlocks', index]
    const same = names.get(interlock.name)
    if (same !== undefined) findings.wrong([...keys, 'name'], `is also the name of interlocks[${same}]`)
    names.set(interlock.name, index)
    if (interlock.device !== undefined) findings.device(keys, interlock.machine, interlock.device)
    interlock.when.forEach((condition, at) => findings.condition([...keys, 'when', at], condition))
  })
  return findings
}

class Findings implements PlantFindings {
  readonly mistakes: Mistake[] = []
  readonly warnings: Mistake[] = []
  readonly #machines: ReadonlyMap<string, MachineDescription>

  constructor(plant: Plant) {
    this.#machines = new Map(Object.entries(plant.machines ?? {}))
  }

  wrong(keys: readonly Key[], text: string): void {
    this.mistakes.push({ keys, text })
  }

  machine(name: string, machine: MachineDescription): void {
    const keys = ['machines', name]
    if (typeof machine.control === 'string') this.#control([...keys, 'control'], name, machine.control)
    if (machine.stop) {
      const { type, payload = {} } = machine.stop
      const bytes = Buffer.byteLength(JSON.stringify({ type, payload, job_id: null }))
      if (bytes > MAX_COMMAND_BYTES) {
        this.wrong([...keys, 'stop'], `is a command of ${bytes} bytes; a machine reads at most ${MAX_COMMAND_BYTES}`)
      }
      this.#state([...keys, 'stop', 'state'], machine, machine.stop.state)
    }
    for (const [type, command] of Object.entries(machine.commands ?? {})) {
      this.#state([...keys, 'commands', type, 'state'], machine, command.state)
    }
    machine.alarm_states?.forEach((state, at) => this.#state([...keys, 'alarm_states', at], machine, state))
    for (const [state, { to }] of Object.entries(machine.states ?? {})) {
      for (const [trigger, next] of Object.entries(to ?? {})) {
        this.#state([...keys, 'states', state, 'to', trigger], machine, next)
      }
    }
    for (const [id, device] of Object.entries(machine.devices ?? {})) {
      const fields = new Map<string, string>()
      for (const [tag, description] of Object.entries(device.tags ?? {})) {
        const path = [...keys, 'devices', id, 'tags', tag]
        this.#tag(path, description)
        const field = description.field ?? tag
        const same = fields.get(field)
        if (same !== undefined) this.wrong(path, `is written as "${field}", and so is ${same}`)
        fields.set(field, tag)
      }
    }
  }

  /** A reference to a device. Only a machine with described devices can show that it is a slip of the pen. */
  device(keys: readonly Key[], machine: string, device: string): void {
    const devices = this.#machine(machine)?.devices
    if (devices && !Object.hasOwn(devices, device)) {
      this.warnings.push({ keys, text: `names the device ${device}, which is not described for ${machine}` })
    }
  }

  condition(keys: readonly Key[], condition: Condition): void {
    if ('state' in condition) {
      const machine = this.#machine(condition.machine)
      condition.state.forEach((state, index) => this.#state([...keys, 'state', index], machine, state))
      return
    }
    const { device, tag, is, above, below } = condition
    if (is === undefined && above === undefined && below === undefined) {
      this.wrong(keys, 'needs is, above or below')
    }
    if (above !== undefined && below !== undefined && above >= below) {
      this.wrong(keys, `can never hold: no value is above ${above} and below ${below}`)
    }
    this.device(keys, condition.machine, device)
    const tags = this.#machine(condition.machine)?.devices?.[device]?.tags
    if (tags && !Object.hasOwn(tags, tag)) {
      this.warnings.push({ keys, text: `names the tag ${tag}, which is not described for ${device}` })
    }
  }

  #tag(keys: readonly Key[], tag: TagDescription): void {
    if (tag.type === 'boolean' || tag.type === 'string') {
      for (const key of ['min', 'max', 'precision', 'tolerance', 'limits'] as const) {
        if (tag[key] !== undefined)
          this.wrong([...keys, key], `goes only with integer and number, not with ${tag.type}`)
      }
    }
    if (tag.min !== undefined && tag.max !== undefined && tag.min > tag.max) {
      this.wrong([...keys, 'min'], `must be at most max: ${tag.min} is above ${tag.max}`)
    }
    if (tag.limits) this.#limits([...keys, 'limits'], tag.limits, tag)
  }

  #limits(keys: readonly Key[], limits: Limits, { min = -Infinity, max = Infinity }: TagDescription): void {
    const given = (['low_low', 'low', 'high', 'high_high'] as const).flatMap((key) => {
      const value = limits[key]
      return value === undefined ? [] : [{ key, value }]
    })
    given.forEach(({ key, value }, index) => {
      const before = given[index - 1]
      if (before && before.value > value) {
        this.wrong([...keys, key], `must be at least ${before.key}: ${value} is below ${before.value}`)
      }
      const why = value < min ? `below min: ${min}` : value > max ? `above max: ${max}` : null
      if (why !== null) this.warnings.push({ keys: [...keys, key], text: `is ${value}, ${why}` })
    })
  }

  #control(keys: readonly Key[], name: string, path: string): void {
    if (!path.startsWith('/')) this.wrong(keys, `must be an absolute path, not "${path}"`)
    const bytes = Buffer.byteLength(path.replaceAll('{machine}', () => name))
    if (bytes > MAX_SOCKET_PATH) {
      this.wrong(keys, `is ${bytes} bytes long; the path of a socket has at most ${MAX_SOCKET_PATH}`)
    }
  }

  #state(keys: readonly Key[], machine: MachineDescription | undefined, state: string | undefined): void {
    if (state === undefined || !machine?.states || Object.hasOwn(machine.states, state)) return
    this.warnings.push({ keys, text: `names the state ${state}, which is not described` })
  }

  #machine(name: string): MachineDescription | undefined {
    return this.#machines.get(name) ?? this.#machines.get(templateOf(name) ?? '')
  }
}
