/** The version before this one, for the upgrade. */
export const OLDER = '0.0.1'
