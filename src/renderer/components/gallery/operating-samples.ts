import { type Command, COMMAND_STATUSES } from '../../../shared/command.ts'
import { QUALITIES } from '../../../shared/device.ts'
import type { TagDescription } from '../../../shared/plant.ts'
import type { Obstacle } from '../../model/obstacle.ts'
import type { Progress } from '../../model/progress.ts'
import type { ReadOut } from '../../model/read-outs.ts'

export const SAMPLE_DESCRIPTIONS = {
  speed: { type: 'integer', unit: 'rpm', min: 0, max: 255, limits: { low: 20, high: 230, high_high: 250 } },
  state: { type: 'boolean' },
  recipe: { type: 'string' },
} as const satisfies Readonly<Record<string, TagDescription>>

/** A read-out in every state that it can have. */
export function sampleReadOuts(now: number): Readonly<Record<string, ReadOut>> {
  const speed: ReadOut = {
    name: 'speed',
    label: 'Speed',
    description: SAMPLE_DESCRIPTIONS.speed,
    tag: { name: 'speed', value: 120, quality: 'good', time: now - 2_000, sourceTime: null, requested: null },
  }
  const { tag } = speed
  if (!tag) return {}
  const each = (over: Partial<typeof tag>): ReadOut => ({ ...speed, tag: { ...tag, ...over } })
  return {
    ...Object.fromEntries(QUALITIES.map((quality) => [quality, each({ quality })])),
    'above a limit': each({ value: 240 }),
    'out of its range': each({ value: 300 }),
    requested: each({ requested: { value: 200, command: 'x', time: now } }),
    'not heard': { ...speed, tag: undefined },
    switch: { ...speed, description: SAMPLE_DESCRIPTIONS.state, tag: { ...tag, value: true } },
    'long text': {
      ...speed,
      description: SAMPLE_DESCRIPTIONS.recipe,
      tag: { ...tag, value: 'a text that does not fit into the space of a read-out' },
    },
  }
}

/** A wish at every point of its way. */
export function sampleProgress(now: number): Readonly<Record<string, Progress>> {
  const command: Command = {
    id: 'x',
    machine: 'press_001',
    type: 'start',
    payload: '{}',
    device: null,
    by: 'Local display',
    expectation: { kind: 'transition' },
    requestedAt: now,
    deadline: now,
    status: 'requested',
    statusAt: now,
    refusal: 'interlocked',
    reason: 'door: The door is open.',
    settledBy: null,
  }
  return {
    asking: { kind: 'asking' },
    ...Object.fromEntries(
      COMMAND_STATUSES.map((status) => [status, { kind: 'command' as const, command: { ...command, status }, of: 1 }]),
    ),
    lost: { kind: 'lost' },
    disabled: { kind: 'disabled' },
    rejected: { kind: 'rejected', error: { code: 'not_in_control', message: '' } },
  }
}

export const SAMPLE_OBSTACLES: readonly Obstacle[] = [
  { kind: 'offline' },
  { kind: 'link_stale' },
  { kind: 'machine_stale' },
  { kind: 'interlocked', name: 'door', reason: 'The door is open.' },
  { kind: 'not_in_control', holder: null },
  { kind: 'not_in_control', holder: 'Local display' },
]
