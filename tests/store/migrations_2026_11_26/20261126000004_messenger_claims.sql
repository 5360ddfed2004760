-- Creation under a lease. wpp-create claims its organization's slot before it calls WPP Platform, so
-- that one account is created however many callers race. A slot is a row of messenger_integrations,
-- or the place where the first one will be:
--
--   state      apiKey  claim_id  claimed_until  what a claim finds          who leads here
--   ---------  ------  --------  -------------  --------------------------  --------------------------
--   free       no      null      null           claimed, under a new id     no row yet; release
--   claimed    any     set       in the future  busy                        claim
--   abandoned  any     set       in the past    claimed, under the same id  a lease that ran out;
--                                                                           release with p_keep_id
--   finished   yes     null      null           exists; claimed under a     finish
--                                               new id if the platform
--                                               refused these credentials
--
-- An abandoned creation may have reached the platform. Whoever takes it over calls again under the
-- same id, which the platform sees as Idempotency-Key. A slot that has an apiKey and is claimed or
-- abandoned is being renewed; callers that do not renew it find it as `exists`.

-- A table that was there before may demand columns of earlier versions: they are filled.
create or replace function messenger_internal.insert_slot(
  p_organization text,
  p_created_by uuid,
  p_name text,
  p_claimed_by text,
  p_lease_seconds integer
) returns public.messenger_integrations language plpgsql set search_path = '' as $$
declare
  v_columns text;
  v_values text;
  v_row public.messenger_integrations;
begin
  select coalesce(string_agg(format(', %I', e.name), ''), ''),
    coalesce(string_agg(format(', %L', e.value), ''), '')
  into v_columns, v_values
  from (values
    ('id', gen_random_uuid()::text),
    ('webhook_key', replace(gen_random_uuid()::text, '-', '')),
    ('provider_type', 'wpp')
  ) as e (name, value)
  join pg_catalog.pg_attribute a
    on a.attrelid = 'public.messenger_integrations'::pg_catalog.regclass and a.attname = e.name
      and not a.attisdropped and a.attnotnull and not a.atthasdef;
  execute format(
    'insert into public.messenger_integrations
      (organization_id, created_by, messenger_type, provider, name, status, wpp_primary, is_primary,
       is_active, is_enabled, settings, claim_id, claimed_by, claimed_until%s)
    values
      ($1, $2, ''whatsapp'', ''wpp'', $3, ''starting'',
       not exists (select from public.messenger_integrations
         where organization_id = $1 and wpp_primary),
       not exists (select from public.messenger_integrations
         where organization_id = $1 and messenger_type = ''whatsapp'' and is_primary),
       true, true, ''{}'', gen_random_uuid(), $4, now() + make_interval(secs => $5)%s)
    returning *', v_columns, v_values)
  into v_row
  using messenger_internal.organization_key(p_organization), p_created_by,
    coalesce(p_name, 'WhatsApp'), p_claimed_by, p_lease_seconds;
  return v_row;
end
$$;
comment on function messenger_internal.insert_slot(text, uuid, text, text, integer) is
  'Inserts a row for an organization''s connection, claimed.';
revoke all on function messenger_internal.insert_slot(text, uuid, text, text, integer) from public;
grant execute on function messenger_internal.insert_slot(text, uuid, text, text, integer)
  to service_role;

-- So that a constraint of the table stands in the way before the platform is asked for an account,
-- and not after.
create or replace function messenger_internal.rehearse(p_id uuid)
returns void language plpgsql set search_path = '' as $$
declare
  v_status text;
begin
  set constraints all immediate;
  update public.messenger_integrations i
  set settings = jsonb_build_object('apiKey', 'rehearsal', 'session', p_id::text)
  where i.id = p_id;
  foreach v_status in array array['qr_required', 'connected', 'disconnected', 'unknown'] loop
    update public.messenger_integrations i set status = v_status where i.id = p_id;
  end loop;
  raise exception 'rehearsed' using errcode = 'WPP02';
exception when sqlstate 'WPP02' then
  null; -- the exception has undone what the block wrote
end
$$;
comment on function messenger_internal.rehearse(uuid) is
  'Writes all that a connection''s life will write, takes it back, and raises what a constraint raises.';
revoke all on function messenger_internal.rehearse(uuid) from public;
grant execute on function messenger_internal.rehearse(uuid) to service_role;

create or replace function public.messenger_claim_connection(
  p_claims text, -- of a user's access token, as JSON
  p_organization text, -- as the project's own server names it; one of the two is null
  p_name text,
  p_refused_credentials_id uuid, -- the credentials that the platform refused; null: renew nothing
  p_lease_seconds integer
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(v_organization);
  v_sub text;
  v_row public.messenger_integrations;
  v_taken_over boolean;
  v_constraint text;
  v_column text;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  if v_key is null then
    return jsonb_build_object('outcome', 'forbidden', 'organization', v_organization,
      'constraint', 'organization_id');
  end if;
  v_sub := p_claims::jsonb ->> 'sub';
  perform pg_advisory_xact_lock(hashtextextended('messenger_integrations:' || v_organization, 0));

  select i.* into v_row
  from public.messenger_integrations i
  where i.organization_id = v_key
    and i.messenger_type = 'whatsapp' and i.provider = 'wpp'
    and i.is_active is not false and i.is_enabled is not false
  order by (i.session is not null) desc, i.wpp_primary desc, i.created_at, i.id
  limit 1;

  if v_row.session is not null and messenger_internal.stored_api_key(v_row.settings) is not null
    and v_row.credentials_id is distinct from p_refused_credentials_id
  then
    return jsonb_build_object('outcome', 'exists', 'organization', v_organization,
      'integration', messenger_internal.connection_json(v_row));
  end if;

  if v_row.claimed_until > now() then
    return jsonb_build_object('outcome', 'busy', 'organization', v_organization,
      'own', v_row.claimed_by is not distinct from v_sub,
      'retry_after', ceil(extract(epoch from v_row.claimed_until - now())));
  end if;

  v_taken_over := v_row.claimed_until is not null and v_row.claim_id is not null;
  begin
    if v_row.id is null then
      v_row := messenger_internal.insert_slot(v_organization, messenger_internal.user_of(p_claims),
        p_name, v_sub, p_lease_seconds);
    else
      update public.messenger_integrations i set
        claim_id = case when v_taken_over then i.claim_id else gen_random_uuid() end,
        claimed_by = v_sub,
        claimed_until = now() + make_interval(secs => p_lease_seconds)
      where i.id = v_row.id
      returning * into v_row;
    end if;
    perform messenger_internal.rehearse(v_row.id);
  exception when integrity_constraint_violation or data_exception then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    return jsonb_build_object('outcome', 'forbidden', 'organization', v_organization,
      'constraint', coalesce(nullif(v_constraint, ''), nullif(v_column, ''), 'a column''s type'));
  end;
  return jsonb_build_object('outcome', 'claimed', 'organization', v_organization,
    'id', v_row.id, 'claim_id', v_row.claim_id, 'taken_over', v_taken_over);
end
$$;
comment on function public.messenger_claim_connection(text, text, text, uuid, integer) is
  'Claims an organization''s slot for a creation. Outcomes: claimed (with id, claim_id, taken_over), '
  'exists (with integration), busy (with retry_after, in seconds, and own: by the same user), '
  'forbidden (with the constraint of the table that stands in the way), no_organization.';
revoke all on function public.messenger_claim_connection(text, text, text, uuid, integer)
  from public, anon, authenticated;
grant execute on function public.messenger_claim_connection(text, text, text, uuid, integer)
  to service_role;

create or replace function public.messenger_finish_claim(
  p_id uuid,
  p_claim_id uuid,
  p_api_key text,
  p_session text,
  p_status text
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_row public.messenger_integrations;
begin
  update public.messenger_integrations i set
    settings = (case jsonb_typeof(i.settings) when 'object' then i.settings else '{}'::jsonb end)
      - 'wppApiKey' - 'wppAccountNumber'
      || jsonb_build_object('apiKey', p_api_key, 'session', p_session),
    status = p_status,
    access_token = null,
    access_token_expires_at = null,
    api_key_issued_at = now(),
    -- A token of the former key that was exchanged meanwhile is not stored after this.
    credentials_id = gen_random_uuid(),
    claim_id = null,
    claimed_by = null,
    claimed_until = null
  where i.id = p_id and i.claim_id = p_claim_id and i.claimed_until is not null
  returning * into v_row;
  if found then
    return jsonb_build_object('outcome', 'saved',
      'integration', messenger_internal.connection_json(v_row));
  end if;
  select i.* into v_row from public.messenger_integrations i
  where i.id = p_id and i.session is not null
    and messenger_internal.stored_api_key(i.settings) is not null;
  if not found then
    return jsonb_build_object('outcome', 'lost');
  end if;
  return jsonb_build_object('outcome', 'exists',
    'integration', messenger_internal.connection_json(v_row));
end
$$;
comment on function public.messenger_finish_claim(uuid, uuid, text, text, text) is
  'Saves what the platform answered. The first save of a claim wins. Outcomes: saved, exists '
  '(another save was first), both with integration; lost (the slot is gone, or is another claim''s).';
revoke all on function public.messenger_finish_claim(uuid, uuid, text, text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_finish_claim(uuid, uuid, text, text, text)
  to service_role;

create or replace function public.messenger_release_claim(
  p_id uuid,
  p_claim_id uuid,
  p_keep_id boolean
) returns void language sql set search_path = '' as $$
  update public.messenger_integrations i set
    claim_id = case when p_keep_id then i.claim_id end,
    claimed_by = case when p_keep_id then i.claimed_by end,
    claimed_until = case when p_keep_id then now() end
  where i.id = p_id and i.claim_id = p_claim_id and i.claimed_until is not null;
$$;
comment on function public.messenger_release_claim(uuid, uuid, boolean) is
  'Gives a claim back whose creation certainly did not happen. With p_keep_id the next claim gets '
  'the same id, since an earlier attempt under it may have happened.';
revoke all on function public.messenger_release_claim(uuid, uuid, boolean)
  from public, anon, authenticated;
grant execute on function public.messenger_release_claim(uuid, uuid, boolean) to service_role;

-- Of the version of 2026-11-22, which left a claim_id on finished rows.
update public.messenger_integrations set claim_id = null
where claim_id is not null and claimed_until is null
  and messenger_type = 'whatsapp' and provider = 'wpp';
drop function if exists public.messenger_claim_integration(text, uuid, text, text, integer);
drop function if exists public.messenger_stored_api_key(jsonb);

notify pgrst, 'reload schema';
