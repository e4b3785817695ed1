import { describe, expect, test } from 'vitest'
import type { Command } from '../../../src/shared/command.ts'
import type { Execution } from '../../../src/shared/execution.ts'
import { foldExecution } from '../../../src/shared/fold/executions.ts'
import { PlantLookup } from '../../../src/shared/plant-lookup.ts'
import {
  latestSteer,
  steerBy,
  steerPayload,
  steersOf,
  steerType,
} from '../../../src/renderer/model/execution-steering.ts'
import { runsWorkflows, workflowMachines } from '../../../src/renderer/model/workflow-machines.ts'
import { event } from './support.ts'

function execution(type: string, payload: Record<string, unknown>): Execution {
  const found = foldExecution(new Map(), event(10, 'm', type, payload))
  if (!found) throw new Error('no execution')
  return found
}

const flow = execution('block_started', { blockId: 'b', executionSessionId: 's1' })
const workflow = execution('workflow:started', { executionId: 'e1' })

const command = (type: string, requestedAt: number, payload: object = {}, machine = 'm'): Command => ({
  id: `${type}-${requestedAt}`,
  machine,
  type,
  payload: JSON.stringify(payload),
  device: null,
  by: 'Anna',
  expectation: { kind: 'result' },
  requestedAt,
  deadline: requestedAt + 1_000,
  status: 'accepted',
  statusAt: requestedAt,
  refusal: null,
  reason: null,
  settledBy: null,
})

describe('what can be done to an execution', () => {
  test('is to pause or resume it and to end it, in the words of its kind', () => {
    expect(steersOf(flow)).toEqual(['pause', 'stop'])
    expect(steersOf({ ...flow, status: 'paused' })).toEqual(['resume', 'stop'])
    expect(steersOf(workflow)).toEqual(['pause', 'cancel'])
    expect([steerType('flow', 'pause'), steerType('workflow', 'pause')]).toEqual(['pause', 'workflow:pause'])
    expect([steerType('flow', 'cancel'), steerType('workflow', 'stop')]).toEqual([null, null])
    expect([steerPayload(flow), steerPayload(workflow)]).toEqual([{}, { executionId: 'e1' }])
  })
})

describe('a command concerns an execution', () => {
  test('of a program where it is for its machine, while it runs', () => {
    expect(steerBy(command('pause', 11_000), flow)).toBe('pause')
    expect(steerBy(command('pause', 9_000), flow)).toBeNull()
    expect(steerBy(command('pause', 11_000, {}, 'other'), flow)).toBeNull()
    expect(steerBy(command('go', 11_000), flow)).toBeNull()
    const ended: Execution = { ...flow, status: 'stopped', endedAt: 12_000 }
    expect(steerBy(command('stop', 12_000), ended)).toBe('stop')
    expect(steerBy(command('pause', 13_000), ended)).toBeNull()
  })

  test('of a workflow where it names it', () => {
    expect(steerBy(command('workflow:cancel', 11_000, { executionId: 'e1' }), workflow)).toBe('cancel')
    expect(steerBy(command('workflow:cancel', 11_000, { executionId: 'e2' }), workflow)).toBeNull()
    expect(steerBy({ ...command('workflow:cancel', 11_000), payload: '{"cut off' }, workflow)).toBeNull()
  })

  test('and of several the latest is told of', () => {
    const commands = [command('pause', 11_000), command('resume', 13_000), command('stop', 12_000)]
    expect(latestSteer(commands, flow)?.steer).toBe('resume')
    expect(latestSteer([], flow)).toBeNull()
  })
})

test('machines that execute workflows have done so, or are described so', () => {
  const plant = new PlantLookup({ machines: { engine: { commands: { 'workflow:execute': {} } } } })
  expect(runsWorkflows('m', [flow], plant)).toBe(false)
  expect(workflowMachines(['z', 'm', 'engine'], [workflow, flow], plant)).toEqual(['engine', 'm'])
})
