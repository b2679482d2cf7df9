/** `llamahome/monitoring`: the instruments of the server, for anybody's Node service. */
export { AdvancedMetrics, type AdvancedMetricsOptions, type RecordedPrompt } from './AdvancedMetrics.js';
export { MetricsCollector, type MetricsCollectorOptions, type RecordedRequest } from './MetricsCollector.js';
export { PerformanceMonitor, type PerformanceMonitorOptions, type TrackedOperation } from './PerformanceMonitor.js';
export {
  type ResourceKind,
  ResourceMonitor,
  type Resources,
  type ResourceTracking,
  type TrackResourcesOptions,
} from './ResourceMonitor.js';
