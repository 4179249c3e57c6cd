/** Module and login by which research publishes releases. */
export const RELEASES_MODULE = 'releases';
export const RELEASES_USER = 'broker-down';
