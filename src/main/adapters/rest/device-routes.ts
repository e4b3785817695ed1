import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { type Device, deviceKey, deviceReference } from '../../../shared/device.ts'
import { ApiError } from './api-error.ts'
import { wishOf } from './asking.ts'
import { callerOf } from './caller.ts'
import { accessOf } from './identity.ts'
import { DEVICE_EXAMPLE, deviceView, devicesById, DeviceViewSchema } from './device-view.ts'
import { type DeviceWrites, type WriteBody, WriteBodySchema, WrittenSchema } from './device-write.ts'
import { MapOf } from './map-schema.ts'
import type { Operating } from './operating.ts'
import { COMMAND_PROBLEMS, OnItsWaySchema, problem } from './problem-schema.ts'
import {
  DeviceQuerySchema,
  DeviceWishQuerySchema,
  type WishHeaders,
  WishHeadersSchema,
  type WishQuery,
} from './wish-schema.ts'

interface Params {
  readonly id: string
  readonly machine?: string
}

const tags = ['Devices']
const id = Type.String({ description: 'Id of the device; or <machine>/<id>.' })
const OneParamsSchema = Type.Object({ id })
const TwoParamsSchema = Type.Object({ machine: Type.String(), id: Type.String({ description: 'Id of the device.' }) })

const NOT_FOUND = problem('Unknown device', 'device_unknown', 'Device nope not found')
const AMBIGUOUS = problem(
  'Several machines have a device of this id',
  'device_ambiguous',
  'Several machines have a motor_01: cell_1, cell_2. Say which: cell_1/motor_01.',
)

const DevicesSchema = MapOf(DeviceViewSchema, {
  description: 'The devices by id; by <machine>/<id> where several machines have one of that id',
  examples: [{ motor_01: DEVICE_EXAMPLE }],
})

/** Devices in the old panel's words: what they show, and values written to them. */
export function deviceRoutes(app: FastifyInstance, operating: Operating, writes: DeviceWrites): void {
  const all = (request: FastifyRequest) =>
    devicesById(operating.operations.devices(accessOf(request)), operating.folded())
  app.get(
    '/api/v1/devices',
    { schema: { tags, operationId: 'devices', summary: 'All devices', response: { 200: DevicesSchema } } },
    all,
  )
  app.get('/api/v1/devices/', { schema: { hide: true } }, all)

  for (const [url, params, suffix] of [
    ['/api/v1/devices/:id', OneParamsSchema, ''],
    ['/api/v1/devices/:machine/:id', TwoParamsSchema, 'OfMachine'],
  ] as const) {
    app.get<{ Params: Params; Querystring: { readonly machine?: string } }>(
      url,
      {
        schema: {
          tags,
          operationId: `device${suffix}`,
          summary: 'One device',
          params,
          querystring: DeviceQuerySchema,
          response: { 200: DeviceViewSchema, 400: AMBIGUOUS, 404: NOT_FOUND },
        },
      },
      (request) => deviceView(deviceAt(operating, request, request.params, request.query.machine), operating.folded()),
    )

    app.post<{ Params: Params; Querystring: WishQuery & { machine?: string }; Body: WriteBody; Headers: WishHeaders }>(
      url,
      {
        schema: {
          tags,
          operationId: `writeDevice${suffix}`,
          summary: 'Write a value',
          description:
            'Answers when the machine has confirmed it. Takes control of the machine for itself while nobody has it, and gives it back.',
          params,
          querystring: DeviceWishQuerySchema,
          headers: WishHeadersSchema,
          body: WriteBodySchema,
          response: {
            200: WrittenSchema,
            202: OnItsWaySchema,
            400: problem(
              'A field of another type of device; or the id or the query is not right',
              'field_unknown',
              'servo_01 is of type servo: it takes angle, not speed.',
            ),
            404: NOT_FOUND,
            422: problem('Out of range, of the wrong type, or empty', 'out_of_range', 'speed must be from 0 to 255.'),
            ...COMMAND_PROBLEMS,
          },
        },
      },
      async (request, reply) => {
        const device = deviceAt(operating, request, request.params, request.query.machine)
        const wish = wishOf(request.query, request.headers['idempotency-key'])
        const { status, body, location } = await writes.write(device, request.body, wish, callerOf(request, reply))
        if (location !== undefined) void reply.header('Location', location)
        return reply.code(status).send(body)
      },
    )
  }
}

/** The device that a request names. Throws an {@link ApiError} where there is none, or more than one. */
function deviceAt(
  { operations, folded }: Operating,
  request: FastifyRequest,
  params: Params,
  named: string | undefined,
): Device {
  const access = accessOf(request)
  const unknown = (target: string): ApiError => {
    // Written down as over WebSocket: somebody wanted to change something.
    if (request.method === 'POST')
      operations.refusedUnknown(access, { action: 'write', target, result: 'device_unknown' })
    return deviceUnknown(target)
  }
  const machine = params.machine ?? named
  if (machine !== undefined) {
    const device = folded().devices.get(deviceKey(machine, params.id))
    if (device && access.seesDevice(machine, device.id)) return device
    throw unknown(deviceReference(machine, params.id))
  }
  const found = operations.device(params.id, access)
  if (found.kind === 'found') return found.device
  if (found.kind === 'unknown') throw unknown(params.id)
  const { machines } = found
  const which = deviceReference(machines[0] ?? '', params.id)
  throw new ApiError(
    400,
    'device_ambiguous',
    `Several machines have a ${params.id}: ${machines.join(', ')}. Say which: ${which}.`,
  )
}

export function deviceUnknown(reference: string): ApiError {
  return new ApiError(404, 'device_unknown', `Device ${reference} not found`)
}
