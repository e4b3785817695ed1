import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { ApiError } from './api-error.ts'
import { accessOf } from './identity.ts'
import { commandView, CommandViewSchema } from './command-view.ts'
import type { Operating } from './operating.ts'
import { problem } from './problem-schema.ts'

/** What became of a command. */
export function commandRoutes(app: FastifyInstance, { operations }: Operating): void {
  app.get<{ Params: { readonly id: string } }>(
    '/api/v1/commands/:id',
    {
      schema: {
        tags: ['Commands'],
        operationId: 'command',
        summary: 'One command',
        description: 'The open ones and the latest of those that are settled are known; all are in the history.',
        params: Type.Object({ id: Type.String({ description: 'Id of the command.' }) }),
        response: {
          200: CommandViewSchema,
          404: problem('Unknown command', 'command_unknown', 'Command nope not found'),
        },
      },
    },
    (request) => {
      const command = operations.commandOf(request.params.id, accessOf(request))
      if (command) return commandView(command)
      throw new ApiError(404, 'command_unknown', `Command ${request.params.id} not found`)
    },
  )
}
