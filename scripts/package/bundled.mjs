/**
 * Packages of the panel that are bundled into out/main instead of being loaded from node_modules: hundreds of small files,
 * which the process and each of its threads would find and open one by one at every start: that takes longer than what is
 * done with them.
 */
export const BUNDLED = [
  'typebox',
  'yaml',
  'openid-client',
  'fastify',
  '@fastify/static',
  '@fastify/swagger',
  'pino',
  'prom-client',
  'ws',
  'fflate',
]
