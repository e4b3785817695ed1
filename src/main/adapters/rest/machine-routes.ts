import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ExpectationSchema, isSettled } from '../../../shared/command.ts'
import { MAX_NAME_LENGTH } from '../../../shared/datagram.ts'
import type { Machine } from '../../../shared/machine.ts'
import { ApiError } from './api-error.ts'
import { askedWith, askInControl, idUsed, wishOf } from './asking.ts'
import { callerOf } from './caller.ts'
import { COMMAND_EXAMPLE, commandView, CommandViewSchema } from './command-view.ts'
import { accessOf } from './identity.ts'
import { machineView, MachineViewSchema } from './machine-view.ts'
import type { Operating } from './operating.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { BAD_QUERY, COMMAND_PROBLEMS, MACHINE_UNKNOWN, OnItsWaySchema, problem } from './problem-schema.ts'
import { StopQuerySchema, type WishHeaders, WishHeadersSchema, type WishQuery, WishQuerySchema } from './wish-schema.ts'

const tags = ['Machines']

const CommandBodySchema = Type.Object(
  {
    type: Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH, description: 'The event that is given to it.' }),
    payload: Type.Optional(Type.Object({}, { description: 'What goes with it.' })),
    expectation: Type.Optional(ExpectationSchema),
  },
  { additionalProperties: false, examples: [{ type: 'go', payload: {} }] },
)
type CommandBody = Type.Static<typeof CommandBodySchema>

const StoppedSchema = Type.Object(
  { machine: Type.String(), commands: Type.Array(CommandViewSchema) },
  {
    description: 'The machine has confirmed every command that it takes to stop it',
    examples: [{ machine: 'lamp', commands: [{ ...COMMAND_EXAMPLE, type: 'stop' }] }],
  },
)

const params = Type.Object({ name: Type.String({ description: 'Name of the machine.' }) })
interface Params {
  readonly name: string
}

/** Machines in brief, and commands to them. */
export function machineRoutes(app: FastifyInstance, { operations, plant, folded }: Operating): void {
  const machineAt = (name: string, request: FastifyRequest): Machine => {
    const machine = folded().machines.get(name)
    if (machine && accessOf(request).seesMachine(name)) return machine
    throw new ApiError(404, 'machine_unknown', `Machine ${name} not found`)
  }
  const machineFor = (action: 'command' | 'stop', name: string, request: FastifyRequest): Machine => {
    try {
      return machineAt(name, request)
    } catch (error) {
      operations.refusedUnknown(accessOf(request), { action, target: name, result: 'machine_unknown' })
      throw error
    }
  }

  app.get(
    '/api/v1/machines',
    {
      schema: {
        tags,
        operationId: 'machines',
        summary: 'All machines',
        response: { 200: Type.Array(MachineViewSchema, { description: 'The machines in order of their first event' }) },
      },
    },
    (request) => {
      const access = accessOf(request)
      const seen = [...folded().machines.values()].filter(({ name }) => access.seesMachine(name))
      return seen.map((machine) => machineView(machine, folded(), plant))
    },
  )

  app.get<{ Params: Params }>(
    '/api/v1/machines/:name',
    {
      schema: {
        tags,
        operationId: 'machine',
        summary: 'One machine',
        params,
        response: { 200: MachineViewSchema, 404: MACHINE_UNKNOWN },
      },
    },
    (request) => machineView(machineAt(request.params.name, request), folded(), plant),
  )

  app.post<{ Params: Params; Querystring: WishQuery; Body: CommandBody; Headers: WishHeaders }>(
    '/api/v1/machines/:name/commands',
    {
      schema: {
        tags,
        operationId: 'commandMachine',
        summary: 'Give a machine an event',
        description:
          'Answers when the machine has confirmed it: by what the expectation says, else by what the plant file says, else by what its kind of machine does. Takes control of the machine for itself while nobody has it, and gives it back.',
        params,
        querystring: WishQuerySchema,
        headers: WishHeadersSchema,
        body: CommandBodySchema,
        response: {
          200: CommandViewSchema,
          202: OnItsWaySchema,
          400: BAD_QUERY,
          404: MACHINE_UNKNOWN,
          422: problem(
            'The body is not right',
            'body_invalid',
            'The body is not right: must have required properties type.',
          ),
          ...COMMAND_PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const { name: machine } = machineFor('command', request.params.name, request)
      const { type, payload = {}, expectation } = request.body
      const wish = wishOf(request.query, request.headers['idempotency-key'])
      const caller = callerOf(request, reply)
      const event = { type, payload: payload as Readonly<Record<string, unknown>> }
      const { command, settled } = askInControl(operations, machine, wish.id, caller, () =>
        operations.command(
          { ...askedWith(wish), machine, event, ...(expectation === undefined ? {} : { expectation }) },
          caller.operator,
        ),
      )
      const done = wish.wait || isSettled(command.status) ? await settled : command
      const { status, body, location } = outcomeOf(wish.id, done, wish.wait, { machine }, commandView)
      if (location !== undefined) void reply.header('Location', location)
      return reply.code(status).send(body)
    },
  )

  app.post<{ Params: Params; Querystring: Pick<WishQuery, 'wait'>; Headers: WishHeaders }>(
    '/api/v1/machines/:name/stop',
    {
      schema: {
        tags,
        operationId: 'stopMachine',
        summary: 'Stop a machine',
        description:
          'Needs no control and goes before everything that waits. It may take several commands, like the end of each workflow: those behind the first have its id with a number. The status is that of the first command that was not confirmed. A body is ignored.',
        params,
        querystring: StopQuerySchema,
        headers: WishHeadersSchema,
        response: {
          200: StoppedSchema,
          202: { ...OnItsWaySchema, description: 'The machine has not decided yet (?wait=0)' },
          400: BAD_QUERY,
          404: MACHINE_UNKNOWN,
          ...COMMAND_PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const { name: machine } = machineFor('stop', request.params.name, request)
      const wish = wishOf(request.query, request.headers['idempotency-key'])
      const caller = callerOf(request, reply)
      const asked = operations.stop({ command: wish.id, machine }, caller.operator)
      const denied = asked.find((each) => each.kind === 'forbidden')
      if (denied) throw new ApiError(403, 'forbidden', denied.message)
      const commands = asked.flatMap((each) => (each.kind === 'asked' ? { ...each.command } : []))
      // Where only some of them could be asked for, the others' ends are told all the same.
      if (commands.length === 0) throw idUsed()
      const done = await Promise.all(
        commands.map(async (each) => (wish.wait ? ((await operations.settled(each.id)) ?? each) : each)),
      )
      const outcomes = done.map((each) => outcomeOf(each.id, each, wish.wait, { machine }, () => ({ machine })))
      if (commands.length < asked.length) outcomes.push({ status: 409, body: { ...idUsed().body, machine } })
      const { status, body, location } = worstOf(outcomes)
      if (location !== undefined) void reply.header('Location', location)
      return reply.code(status).send({ ...body, commands: done.map(commandView) })
    },
  )
}

/** The first that is no success, else the first that is open. */
function worstOf(outcomes: readonly Outcome[]): Outcome {
  const failed = outcomes.find(({ status }) => status >= 300)
  return failed ?? outcomes.find(({ status }) => status === 202) ?? outcomes[0] ?? { status: 200, body: {} }
}
