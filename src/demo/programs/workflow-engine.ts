import { MAX_NAME_LENGTH, type Payload } from '../../shared/datagram.ts'
import { answerFailure } from '../answer.ts'
import type { Command, Program, Surroundings } from '../program.ts'
import { BATCH } from './workflow-batch.ts'
import { type DefinitionError, readDefinition } from './workflow-definition.ts'
import { type ExecutionOrder, WorkflowExecution } from './workflow-execution.ts'

/** Its own among them. */
const MAX_RUNNING = 8

/** The workflow engine: batches of its own, one after the other, and beside them what it is told to execute. */
export class WorkflowEngine implements Program {
  readonly #machine: string
  readonly #around: Surroundings
  /** By execution id, latest last. */
  readonly #running = new Map<string, WorkflowExecution>()

  constructor(machine: string, around: Surroundings) {
    this.#machine = machine
    this.#around = around
  }

  start(): void {
    if (this.#around.birth === 'registered') return this.#batchLater()
    // Taken up again in the middle of an execution that it never announced.
    this.#batch().takeUp(3)
  }

  handle(command: Command): void {
    switch (command.type) {
      case 'workflow:execute':
        return this.#execute(command)
      case 'workflow:validate':
        return this.#validate(command)
      case 'workflow:pause':
        return this.#with(command, (execution) => {
          if (execution.paused) this.refuse(command, 'Nothing to pause: it is paused')
          else execution.pause()
        })
      case 'workflow:resume':
        return this.#with(command, (execution) => {
          if (execution.paused) execution.resume()
          else this.refuse(command, 'Nothing to resume: it is not paused')
        })
      case 'workflow:cancel':
        return this.#with(command, (execution) => execution.cancel())
      default:
        return this.refuse(command, `Unknown message type: ${command.type}`)
    }
  }

  /** In the words that belong to the command, then with its id. */
  refuse(command: Command, reason: string): void {
    const { type, payload, commandId } = command
    if (type === 'workflow:execute') this.#executeError(text(payload['executionId']), reason, null, 'execution')
    else if (type === 'workflow:validate') this.#validationError(payload, [{ path: '', message: reason }])
    else {
      const details = { originalType: type, originalRequestId: commandId }
      this.#send('error', { code: 'refused', message: reason, details })
    }
    answerFailure(this.#around, command, reason)
  }

  busy(): boolean {
    return false
  }

  terminate(): void {
    for (const execution of this.#running.values()) execution.cancel()
    const timestamp = this.#around.clock.now() / 1000
    this.#around.send('machine_terminated', { machine_name: this.#machine, config_type: 'workflow', timestamp })
  }

  #batchLater(): void {
    const { clock, random } = this.#around
    clock.after(random.between(2_000, 5_000), () => this.#batch().start())
  }

  #batch(): WorkflowExecution {
    const executionId = `e-${this.#around.random.id()}`
    return this.#create({ definition: BATCH, executionId, initialState: {}, timeoutMs: null, asked: false }, () =>
      this.#batchLater(),
    )
  }

  #create(order: Omit<ExecutionOrder, 'ended'>, then: () => void = () => {}): WorkflowExecution {
    const ended = (): void => {
      this.#running.delete(order.executionId)
      then()
    }
    const execution = new WorkflowExecution({ ...order, ended }, this.#around)
    this.#running.set(order.executionId, execution)
    return execution
  }

  /** Without a definition the engine executes its own. */
  #execute(command: Command): void {
    const { payload } = command
    const executionId = text(payload['executionId']) ?? `e-${this.#around.random.id()}`
    if (this.#running.has(executionId)) return this.refuse(command, `${executionId} is running already`)
    if (this.#running.size >= MAX_RUNNING) return this.refuse(command, `${MAX_RUNNING} executions are running already`)
    const given = payload['workflowDefinition']
    const { definition, errors } = given === undefined ? { definition: BATCH, errors: [] } : readDefinition(given)
    const { timeout, skipValidation } = asObject(payload['options']) as Record<'timeout' | 'skipValidation', unknown>
    const [first] = errors
    if (first && (skipValidation !== true || definition.nodes.length === 0)) {
      const reason = `The definition does not validate: ${first.path || 'it'}: ${first.message}`
      this.#executeError(executionId, reason, { errors }, 'validation')
      return answerFailure(this.#around, command, reason)
    }
    this.#create({
      definition,
      executionId,
      initialState: asObject(payload['initialState']),
      timeoutMs: typeof timeout === 'number' && timeout > 0 ? timeout : null,
      asked: true,
    }).start()
  }

  #validate(command: Command): void {
    const { payload } = command
    const { definition, errors } = readDefinition(payload['workflowDefinition'])
    const [first] = errors
    if (first) {
      this.#validationError(payload, errors)
      return answerFailure(this.#around, command, `${first.path || 'The definition'}: ${first.message}`)
    }
    const validationId = text(payload['validationId'])
    const { id, nodes } = definition
    this.#send('workflow:validation-result', { validationId, valid: true, workflowId: id, totalNodes: nodes.length })
  }

  /** The execution that is named, else the latest. */
  #with(command: Command, run: (execution: WorkflowExecution) => void): void {
    const id = text(command.payload['executionId'])
    const execution = id === null ? [...this.#running.values()].at(-1) : this.#running.get(id)
    if (execution) run(execution)
    else this.refuse(command, id === null ? 'Nothing is running' : `${id} is not running`)
  }

  #executeError(
    executionId: string | null,
    error: string,
    details: Payload | null,
    category: 'validation' | 'execution',
  ): void {
    this.#send('workflow:error', { executionId, success: false, error, details, category, severity: 'medium' })
  }

  #validationError(payload: Payload, errors: readonly DefinitionError[]): void {
    this.#send('workflow:validation-error', { validationId: text(payload['validationId']), valid: false, errors })
  }

  #send(type: string, payload: Payload): void {
    this.#around.send(type, { ...payload, timestamp: Math.round(this.#around.clock.now()) })
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH ? value : null
}

function asObject(value: unknown): Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : {}
}
