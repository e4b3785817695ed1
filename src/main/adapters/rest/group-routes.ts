import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { deviceKey, deviceReference } from '../../../shared/device.ts'
import type { GroupMember } from '../../../shared/plant.ts'
import { ApiError } from './api-error.ts'
import { type Wish, wishOf } from './asking.ts'
import { type Caller, callerOf } from './caller.ts'
import { deviceUnknown } from './device-routes.ts'
import { type DeviceWrites, type WriteBody, WriteBodySchema, WRITTEN_EXAMPLE } from './device-write.ts'
import { accessOf } from './identity.ts'
import { MapOf } from './map-schema.ts'
import type { Operating } from './operating.ts'
import type { Outcome } from './outcome.ts'
import { BAD_QUERY, COMMAND_PROBLEMS, problem } from './problem-schema.ts'
import { type WishHeaders, WishHeadersSchema, type WishQuery, WishQuerySchema } from './wish-schema.ts'

const tags = ['Groups']

const MemberSchema = Type.Object({ machine: Type.String(), device_id: Type.String() })
const GroupsSchema = MapOf(Type.Array(MemberSchema), {
  description: 'The devices of each group of the plant file, by its name',
  examples: [{ axes: [{ machine: 'cell_1', device_id: 'motor_01' }] }],
})

const GroupAnswerSchema = Type.Object(
  {
    group: Type.String(),
    status: Type.Enum(['success', 'partial', 'failed', 'accepted'] as const),
    results: Type.Array(
      Type.Object({
        machine: Type.String(),
        device_id: Type.String(),
        status: Type.Integer({ description: 'As the device alone would have been answered.' }),
        body: Type.Unknown({ description: 'As the device alone would have been answered.' }),
      }),
    ),
  },
  {
    description: 'What came of it for each device',
    examples: [
      {
        group: 'axes',
        status: 'success',
        results: [{ machine: 'cell_1', device_id: 'motor_01', status: 200, body: WRITTEN_EXAMPLE }],
      },
    ],
  },
)
type GroupAnswer = Type.Static<typeof GroupAnswerSchema>

/** Groups of devices that the plant file names: one command to many. */
export function groupRoutes(app: FastifyInstance, { plant, folded }: Operating, writes: DeviceWrites): void {
  /** Of a group that which may be seen; null where that is nothing. */
  const membersOf = (name: string, request: FastifyRequest): readonly GroupMember[] | null => {
    const access = accessOf(request)
    const seen = plant.group(name)?.filter(({ machine, device }) => access.seesDevice(machine, device)) ?? []
    return seen.length > 0 ? seen : null
  }

  app.get(
    '/api/v1/groups',
    { schema: { tags, operationId: 'groups', summary: 'All groups', response: { 200: GroupsSchema } } },
    (request) =>
      Object.fromEntries(
        Object.keys(plant.current.groups ?? {}).flatMap((name) => {
          const members = membersOf(name, request)
          return members ? [[name, members.map(({ machine, device }) => ({ machine, device_id: device }))]] : []
        }),
      ),
  )

  /** As the device alone would be answered. Asks at once. */
  const writeTo = (
    { machine, device: id }: GroupMember,
    body: WriteBody,
    wish: Wish,
    caller: Caller,
  ): Promise<Outcome> => {
    try {
      const device = folded().devices.get(deviceKey(machine, id))
      if (!device) throw deviceUnknown(deviceReference(machine, id))
      return writes.write(device, body, wish, caller)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return Promise.resolve({ status: error.status, body: error.body })
    }
  }

  app.post<{ Params: { readonly name: string }; Querystring: WishQuery; Body: WriteBody; Headers: WishHeaders }>(
    '/api/v1/groups/:name',
    {
      schema: {
        tags,
        operationId: 'writeGroup',
        summary: 'Write a value to every device of a group',
        description:
          'Each device is asked as it would be alone, all at once. The commands have the Idempotency-Key as their id, with a number behind it.',
        params: Type.Object({ name: Type.String({ description: 'Name of the group.' }) }),
        querystring: WishQuerySchema,
        headers: WishHeadersSchema,
        body: WriteBodySchema,
        response: {
          200: GroupAnswerSchema,
          202: { ...GroupAnswerSchema, description: 'No machine has decided yet (?wait=0)' },
          207: {
            ...GroupAnswerSchema,
            description: 'Not every device did it: each has a status and a body of its own',
          },
          400: BAD_QUERY,
          403: COMMAND_PROBLEMS[403],
          404: problem('Unknown group', 'group_unknown', 'Group nope not found'),
          413: COMMAND_PROBLEMS[413],
          415: COMMAND_PROBLEMS[415],
          422: problem('The body is empty', 'body_invalid', 'The body is not right: it names no value.'),
        },
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const members = membersOf(name, request)
      if (!members) throw new ApiError(404, 'group_unknown', `Group ${name} not found`)
      const wish = wishOf(request.query, request.headers['idempotency-key'])
      const caller = callerOf(request, reply)
      const outcomes = await Promise.all(
        members.map((member, i) => writeTo(member, request.body, { ...wish, id: `${wish.id}-${i + 1}` }, caller)),
      )
      const results = members.map(({ machine, device }, i) => {
        const { status, body } = outcomes[i] ?? { status: 500, body: {} }
        return { machine, device_id: device, status, body }
      })
      const statuses = new Set(outcomes.map(({ status }) => status))
      const answer: GroupAnswer = { group: name, status: summaryOf(statuses), results }
      const only = statuses.size === 1 && (statuses.has(200) || statuses.has(202))
      return reply.code(only ? ([...statuses][0] ?? 207) : 207).send(answer)
    },
  )
}

function summaryOf(statuses: ReadonlySet<number>): GroupAnswer['status'] {
  if (![...statuses].some((status) => status < 300)) return 'failed'
  if (statuses.size > 1) return 'partial'
  return statuses.has(202) ? 'accepted' : 'success'
}
