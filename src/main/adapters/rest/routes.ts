import type { FastifyInstance } from 'fastify'
import type { OwnNames } from '../origin.ts'
import { aboutRoutes } from './about-routes.ts'
import { ApiError } from './api-error.ts'
import type { Administration } from '../../../core/administration.ts'
import { accountRoutes } from './account-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import type { PanelSettings } from '../../../core/panel-settings.ts'
import { commandRoutes } from './command-routes.ts'
import { deviceRoutes } from './device-routes.ts'
import { DeviceWrites } from './device-write.ts'
import { groupRoutes } from './group-routes.ts'
import { type History, historyRoutes } from './history-routes.ts'
import { machineRoutes } from './machine-routes.ts'
import { describeRoutes } from './openapi.ts'
import type { Operating } from './operating.ts'
import { displayRoutes } from './display-routes.ts'
import { settingsRoutes } from './settings-routes.ts'
import type { OpenIdSignIns } from '../../../core/openid-sign-ins.ts'
import { openIdRoutes } from './openid-routes.ts'
import { signInRoutes } from './sign-in-routes.ts'
import { tokenRoutes } from './token-routes.ts'
import { trendRoutes, type Trends } from './trend-routes.ts'
import { closeDoor } from './validation.ts'

export interface RestOptions {
  readonly history: History
  readonly trends: Trends
  readonly operating: Operating
  readonly names: OwnNames
  readonly administration: Administration
  readonly settings: PanelSettings
  /** Null where it is not configured. */
  readonly openId: OpenIdSignIns | null
  /** True once the panel ends: from then on nothing is asked of a machine. */
  readonly closing: () => boolean
}

/** Everything below `/api/`. Routes that are registered after it are described with it. */
export async function restRoutes(
  app: FastifyInstance,
  { history, trends, operating, administration, openId, settings, names, closing }: RestOptions,
): Promise<void> {
  closeDoor(app)
  app.addHook('onRequest', async ({ method, raw }) => {
    const isSafe = method === 'GET' || method === 'HEAD'
    if (!names.isForeignPage(raw, isSafe)) return
    const what = isSafe ? 'see anything' : 'operate machines'
    throw new ApiError(403, 'origin_refused', `Pages of other origins may not ${what}.`)
  })
  describeRoutes(app)
  historyRoutes(app, history)
  trendRoutes(app, trends)
  aboutRoutes(app)
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => void reply.header('Cache-Control', 'no-store'))
    // Right before the route asks: the request may have been on its way in when the end began.
    scope.addHook('preHandler', async ({ method }) => {
      if (method === 'POST' && closing()) throw new ApiError(503, 'closing', 'The panel is closing.')
    })
    const writes = new DeviceWrites(operating)
    deviceRoutes(scope, operating, writes)
    groupRoutes(scope, operating, writes)
    machineRoutes(scope, operating)
    commandRoutes(scope, operating)
    signInRoutes(scope, administration, openId)
    if (openId) openIdRoutes(scope, openId)
    displayRoutes(scope, administration)
    accountRoutes(scope, administration)
    tokenRoutes(scope, administration)
    auditRoutes(scope, administration)
    settingsRoutes(scope, settings)
  })
}
