import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { PanelSettings } from '../../../core/panel-settings.ts'
import { SettingChangesSchema, SettingsViewSchema } from '../../../shared/settings.ts'
import { accessOf } from './identity.ts'
import { FORBIDDEN, problem, SIGN_IN_REQUIRED } from './problem-schema.ts'
import { BAD_BODY, CHANGE_PROBLEMS } from './sign-in-routes.ts'
import { whenClosed } from './when-closed.ts'

const tags = ['Panel']

const ChangeBodySchema = Type.Object(
  {
    version: Type.Union([Type.String({ maxLength: 100 }), Type.Null()], {
      description: 'Of the file that was looked at; null: there was none.',
    }),
    settings: SettingChangesSchema,
  },
  { additionalProperties: false, examples: [{ version: null, settings: { retention_days: 60 } }] },
)

const SETTINGS = { ...SettingsViewSchema, description: 'The settings' }

/** The panel's own settings, and its restart. */
export function settingsRoutes(app: FastifyInstance, settings: PanelSettings): void {
  app.get(
    '/api/v1/settings',
    {
      schema: {
        tags,
        operationId: 'settings',
        summary: 'The settings file, and what of it is in force',
        response: { 200: SETTINGS, 401: SIGN_IN_REQUIRED, 403: FORBIDDEN },
      },
    },
    (request) => settings.view(accessOf(request)),
  )

  app.patch<{ Body: Type.Static<typeof ChangeBodySchema> }>(
    '/api/v1/settings',
    {
      schema: {
        tags,
        operationId: 'changeSettings',
        summary: 'Change the settings file',
        description: 'What else stands in the file, and its comments, stay. It counts from the next start.',
        body: ChangeBodySchema,
        response: {
          200: SETTINGS,
          400: BAD_BODY,
          ...CHANGE_PROBLEMS,
          409: problem(
            'The file is another one by now, or cannot be written',
            'settings_changed',
            'The settings were changed by somebody else in the meantime. Look at them again.',
          ),
          422: problem('A value cannot be used', 'setting_refused', 'There is no setting "prot".'),
        },
      },
    },
    (request) => settings.change(accessOf(request), request.body.settings, request.body.version),
  )

  app.post(
    '/api/v1/restart',
    {
      schema: {
        tags,
        operationId: 'restart',
        summary: 'End the panel and start it again',
        response: {
          202: Type.Object({}, { description: 'It ends now', examples: [{}] }),
          ...CHANGE_PROBLEMS,
          409: problem(
            'Not now, or not by itself',
            'commands_under_way',
            'A machine has not answered a command yet. Try again when it has.',
          ),
        },
      },
    },
    (request, reply) => {
      const restart = settings.restart(accessOf(request))
      // Also where whoever asked has gone: it is written down that it starts again.
      whenClosed(reply, () => setImmediate(restart))
      return reply.code(202).send({})
    },
  )
}
