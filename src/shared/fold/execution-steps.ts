import type { Payload } from '../datagram.ts'
import type { EventView } from '../event.ts'
import type { Execution, Step, StepStatus } from '../execution.ts'
import { EXECUTION_LIMITS } from './execution-limits.ts'
import { durationField, jsonText, objectField, textField } from './fields.ts'

export function startStep(
  execution: Execution,
  event: EventView,
  id: string,
  payload: Payload,
  startedAt: number | null,
): Step {
  const running = execution.steps.findIndex((step) => step.id === id && step.status === 'running')
  if (running >= 0) execution.steps.splice(running, 1)
  const step: Step = {
    offset: event.offset,
    id,
    name: textField(payload, 'blockName') ?? textField(payload, 'nodeName'),
    type: textField(payload, 'blockType') ?? textField(payload, 'nodeType'),
    device: textField(payload, 'deviceName'),
    status: 'running',
    startedAt,
    endedAt: null,
    duration: null,
    displayText: textField(payload, 'displayText', EXECUTION_LIMITS.text),
    result: null,
  }
  execution.steps.push(step)
  if (execution.steps.length > EXECUTION_LIMITS.steps) {
    const ended = execution.steps.findIndex(({ status }) => status !== 'running')
    execution.steps.splice(Math.max(ended, 0), 1)
  }
  return step
}

export function endStep(
  execution: Execution,
  event: EventView,
  id: string,
  payload: Payload,
  status: StepStatus,
): void {
  const running = execution.steps.findLast((each) => each.id === id && each.status === 'running')
  const step = running ?? startStep(execution, event, id, payload, null)
  step.status = status
  step.endedAt = event.time
  step.duration = durationOf(payload) ?? (step.startedAt === null ? null : event.time - step.startedAt)
  step.displayText = textField(payload, 'displayText', EXECUTION_LIMITS.text) ?? step.displayText
  step.result = jsonText(payload['result'], EXECUTION_LIMITS.text)
}

export function durationOf(payload: Payload): number | null {
  return durationField(objectField(payload, 'timing'), 'duration') ?? durationField(payload, 'duration')
}
