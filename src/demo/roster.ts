import type { Engine, ProgramSpec, Surroundings } from './program.ts'
import { DeviceCell } from './programs/device-cell.ts'
import { FlowProgram } from './programs/flow-program.ts'
import { Gateway } from './programs/gateway.ts'
import { LAMP } from './programs/lamp.ts'
import { PRESS } from './programs/press.ts'
import { StateMachine, type StateMachineDefinition } from './programs/state-machine.ts'
import { WorkflowEngine } from './programs/workflow-engine.ts'
import type { NonEmpty } from './random.ts'

const stateMachine = (machine: string, definition: StateMachineDefinition): ProgramSpec => ({
  machine,
  engine: 'python',
  controlled: true,
  create: (around: Surroundings) => new StateMachine(machine, definition, around),
})

/** Both are what a modern program is. */
const MODERN: { readonly engine: Engine; readonly controlled: boolean } = { engine: 'modern', controlled: true }

/** `cell_2` has devices of its own, `motor_02` and so on, so that old viewers, which know no cells, tell them apart. */
const cell = (number: number): ProgramSpec => ({
  ...MODERN,
  machine: `cell_${number}`,
  create: (around) => new DeviceCell(`cell_${number}`, String(number).padStart(2, '0'), around),
})

/** The programs of the plant. */
export const ROSTER: NonEmpty<ProgramSpec> = [
  stateMachine('lamp', LAMP),
  stateMachine('press_001', PRESS),
  { ...stateMachine('press_002', PRESS), typeKey: 'event_type' },
  stateMachine('press_003', PRESS),
  cell(1),
  { ...MODERN, machine: 'flow_01', create: (around) => new FlowProgram('flow_01', around) },
  { ...MODERN, machine: 'wf_1', create: (around) => new WorkflowEngine('wf_1', around) },
  { ...MODERN, machine: 'gateway', controlled: false, create: (around) => new Gateway('gateway', around) },
]

/** The same with so many cells, one at least. */
export function rosterWithCells(cells: number): NonEmpty<ProgramSpec> {
  const more = Array.from({ length: Math.max(cells - 1, 0) }, (_, index) => cell(index + 2))
  const [first, ...others] = ROSTER
  return [first, ...others, ...more]
}
