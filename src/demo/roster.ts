import type { ProgramSpec, Surroundings } from './program.ts'
import { DeviceCell } from './programs/device-cell.ts'
import { FlowProgram } from './programs/flow-program.ts'
import { Gateway } from './programs/gateway.ts'
import { LAMP } from './programs/lamp.ts'
import { PRESS } from './programs/press.ts'
import { StateMachine, type StateMachineDefinition } from './programs/state-machine.ts'
import { WorkflowEngine } from './programs/workflow.ts'
import type { NonEmpty } from './random.ts'

const stateMachine = (machine: string, definition: StateMachineDefinition): ProgramSpec => ({
  machine,
  controlled: true,
  create: (around: Surroundings) => new StateMachine(machine, definition, around),
})

/** The programs of the plant. */
export const ROSTER: NonEmpty<ProgramSpec> = [
  stateMachine('lamp', LAMP),
  stateMachine('press_001', PRESS),
  { ...stateMachine('press_002', PRESS), typeKey: 'event_type' },
  stateMachine('press_003', PRESS),
  { machine: 'cell_1', controlled: true, create: (around) => new DeviceCell('cell_1', around) },
  { machine: 'flow_01', controlled: true, create: (around) => new FlowProgram('flow_01', around) },
  { machine: 'wf_1', controlled: true, create: (around) => new WorkflowEngine('wf_1', around) },
  { machine: 'gateway', controlled: false, create: (around) => new Gateway('gateway', around) },
]
