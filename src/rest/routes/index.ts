import { descriptionRoutes } from '../openapi/descriptionRoutes.js';
import type { RestRoute } from '../RestRoute.js';
import { configRoutes } from './configRoutes.js';
import { modelRoutes } from './modelRoutes.js';
import { promptRoutes } from './promptRoutes.js';
import { textRoutes } from './textRoutes.js';
import { tokenRoutes } from './tokenRoutes.js';

const apiRoutes = [...textRoutes, ...promptRoutes, ...tokenRoutes, ...modelRoutes, ...configRoutes];

/** Everything under `/api/v1`: what the router, the checks of bodies, the API description and the labels of metrics are made of. */
export const restRoutes: readonly RestRoute[] = [...apiRoutes, ...descriptionRoutes(apiRoutes)];
