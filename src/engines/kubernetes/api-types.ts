/** The metadata of every object. Kubernetes omits empty fields, so most of them may be missing. */
export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Increased by changes of `spec`, but not of `status`. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  readonly managedFields?: readonly ManagedFields[];
}

/** Which client has last set which fields. */
export interface ManagedFields {
  readonly manager?: string;
  readonly fieldsV1?: { readonly "f:spec"?: { readonly "f:replicas"?: object } };
}

/** A Deployment or a StatefulSet. */
export interface ScalableObject {
  readonly metadata: Metadata;
  readonly spec: {
    readonly replicas?: number;
    readonly selector: LabelSelector;
    readonly template: { readonly metadata?: Partial<Metadata>; readonly spec: PodSpec };
  };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly containers: readonly ContainerSpec[];
}

export interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
  readonly readinessProbe?: object;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: PodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    /** The address of its node. */
    readonly hostIP?: string;
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: Terminated;
}

export interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly finishedAt?: string;
}

export interface EndpointSlice {
  readonly metadata: Metadata;
  /** `null` while the Service has no pods. */
  readonly endpoints?:
    | readonly {
        readonly targetRef?: { readonly kind?: string; readonly name?: string };
        /** An endpoint without `ready` is ready. */
        readonly conditions?: { readonly ready?: boolean | null };
      }[]
    | null;
}

export interface Service {
  readonly metadata: Metadata;
  readonly spec: {
    readonly type?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

export interface ServicePort {
  readonly port: number;
  /** A number, or the name of a container's port. */
  readonly targetPort?: number | string;
  readonly nodePort?: number;
  readonly protocol?: string;
}

/** A HorizontalPodAutoscaler or KEDA's ScaledObject, with its target. */
export interface Autoscaler {
  readonly metadata: Metadata;
  readonly spec: {
    readonly scaleTargetRef?: { readonly kind?: string; readonly name: string };
    readonly minReplicas?: number;
  };
}

export interface List<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[] | null;
}

/** The API's body of a failed call. */
export interface Status {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}
