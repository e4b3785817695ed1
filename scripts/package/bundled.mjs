/**
 * Packages of the panel that are bundled into out/main instead of being loaded from node_modules: hundreds of small files,
 * which the process and each of its threads would open one by one at every start.
 */
export const BUNDLED = ['typebox', 'yaml', 'openid-client']
