{{/* From the values to environment variables. */}}

{{/* Of a value: as the variable's text. Numbers without an exponent, as Helm reads all of them as floats. */}}
{{- define "tillstream.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq . (floor .) }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else if kindIs "slice" . -}}
{{ join "," . }}
{{- else -}}
{{ toString . }}
{{- end -}}
{{- end }}

{{/* Of (root, key, process): the settings that follow from the rest of the values, as JSON; whatever is given wins. */}}
{{- define "tillstream.workedOut" -}}
{{- $root := .root -}}
{{- $known := .process.settings -}}
{{- $all := dict -}}
{{- $fronted := or $root.Values.ingress.enabled $root.Values.gateway.enabled -}}
{{- if hasKey $known "orderServiceUrl" -}}
{{- $port := include "tillstream.port" (dict "root" $root "key" "orderService") -}}
{{- $_ := set $all "orderServiceUrl" (printf "http://%s-order-service:%s" (include "tillstream.fullname" $root) $port) -}}
{{- end -}}
{{- if and (hasKey $known "trustedProxies") $fronted -}}
{{- $_ := set $all "trustedProxies" 1 -}}
{{- end -}}
{{- if and (hasKey $known "streamUrl") $fronted $root.Values.hosts.notifier -}}
{{- $_ := set $all "streamUrl" (printf "wss://%s/v1/stream" $root.Values.hosts.notifier) -}}
{{- end -}}
{{- $own := index $root.Values.services .key -}}
{{- if and (hasKey $known "catalog") (dig "catalog" "existingConfigMap" "" $own) -}}
{{- $_ := set $all "catalog" (printf "/etc/tillstream/catalog/%s" $own.catalog.key) -}}
{{- end -}}
{{- if and (hasKey $known "secretsFile") (dig "secretsFile" "existingSecret" "" $own) -}}
{{- $_ := set $all "secretsFile" (printf "/etc/tillstream/secrets/%s" $own.secretsFile.key) -}}
{{- end -}}
{{- toJson $all -}}
{{- end }}

{{/* Of (root, key, process): all settings that are given or worked out, as JSON: of one process before of the house. */}}
{{- define "tillstream.given" -}}
{{- $given := include "tillstream.workedOut" . | fromJson -}}
{{- range $source := list .root.Values.settings (index .root.Values.services .key).settings -}}
{{- range $name, $value := ($source | default dict) -}}
{{- if and (hasKey $.process.settings $name) (not (kindIs "invalid" $value)) -}}
{{- $_ := set $given $name $value -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $given -}}
{{- end }}

{{/* Of (root, key): the port that a process listens on. */}}
{{- define "tillstream.port" -}}
{{- $process := index (.root.Files.Get "files/settings.json" | fromJson).processes .key -}}
{{- $own := (index .root.Values.services .key).settings | default dict -}}
{{- int64 (default $process.port $own.port) -}}
{{- end }}

{{/* Of (root, key, name, setting): where a secret is, as JSON; nothing where an optional one is not named. */}}
{{- define "tillstream.secretReference" -}}
{{- $named := merge (dict) ((index .root.Values.services .key).secrets | default dict) (omit .root.Values.secrets "existingSecret") -}}
{{- if hasKey $named .name -}}
{{ toJson (index $named .name) }}
{{- else if .setting.required -}}
{{- $secret := required "secrets.existingSecret is needed: the Secret that holds the keys (docs/kubernetes.md)" .root.Values.secrets.existingSecret -}}
{{ toJson (dict "secretKeyRef" (dict "name" $secret "key" .setting.variable)) }}
{{- end -}}
{{- end }}

{{/* Of (root, key, process): the container's environment, and nothing that its settings class does not know. */}}
{{- define "tillstream.environment" -}}
{{- $given := include "tillstream.given" . | fromJson -}}
{{- range $name, $setting := .process.settings }}
{{- $of := dict "root" $.root "key" $.key "name" $name "setting" $setting -}}
{{- if $setting.secret }}
{{- with include "tillstream.secretReference" $of }}
- name: {{ $setting.variable }}
  valueFrom: {{ . }}
{{- end }}
{{- else if hasKey $given $name }}
- name: {{ $setting.variable }}
{{- $value := index $given $name }}
{{- if kindIs "map" $value }}
  valueFrom: {{ toJson $value }}
{{- else }}
  value: {{ include "tillstream.text" $value | quote }}
{{- end }}
{{- else if or $setting.required (has $name (list "kafkaBootstrapServers" "streamUrl" "allowedOrigins")) }}
{{- fail (printf "services.%s.settings.%s is needed (or settings.%s, for all services): see docs/kubernetes.md" $.key $name $name) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Of (root, key, process): the seconds that a pod has from being told to end. What a process needs by default stays below
20; a longer notice or drain is added, one given as an ISO 8601 text is not known here and needs secondsToEnd. */}}
{{- define "tillstream.secondsToEnd" -}}
{{- $own := index .root.Values.services .key -}}
{{- $given := include "tillstream.given" . | fromJson -}}
{{- $seconds := add .root.Values.secondsUntilUnrouted 25 -}}
{{- range $name, $usual := dict "notice" 1 "drainTimeout" 7 "closeTimeout" 4 -}}
{{- $value := index $given $name -}}
{{- if and (kindIs "string" $value) (not $own.secondsToEnd) -}}
{{- fail (printf "services.%s.settings.%s is a text: give services.%s.secondsToEnd too, or the setting in seconds" $.key $name $.key) -}}
{{- else if kindIs "float64" $value -}}
{{- $seconds = add $seconds (max 0 (sub (ceil $value | int64) $usual)) -}}
{{- end -}}
{{- end -}}
{{- default $seconds $own.secondsToEnd -}}
{{- end }}
