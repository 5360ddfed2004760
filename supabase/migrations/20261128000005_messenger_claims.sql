-- Creation under a lease. wpp-create claims a slot before it calls WPP Platform, so that one account
-- is created however many callers race. A slot is a row of messenger_integrations, or the place where
-- it will be. An organization has a first slot, and one for each further number; each is claimed by
-- itself:
--
--   state         apiKey  claim_id  claimed_until  what a claim finds        who leads here
--   ------------  ------  --------  -------------  ------------------------  ------------------------
--   free          no      null      null           claimed, under a new id   no row yet; release
--   claimed       any     set       in the future  busy                      claim
--   abandoned     any     set       in the past    claimed, under the same   a lease that ran out;
--                                                  id                        release with p_keep_id
--   finished      yes     null      null           exists; claimed under a   finish
--                                                  new id if the platform
--                                                  refused these credentials
--   disconnected  no      null      null           claimed, under a new id   messenger_disconnect
--
-- An abandoned creation may have reached the platform. Whoever takes it over calls again under the
-- same id, which the platform sees as Idempotency-Key, and as the same identity. A slot that has an
-- apiKey and is claimed or abandoned is being renewed; callers that do not renew it find it as
-- `exists`. A disconnected slot keeps its session, and is filled again when its creation is.

create or replace function messenger_internal.lock_connections(p_organization text)
returns void language plpgsql set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('messenger_integrations:' || p_organization, 0));
end
$$;
comment on function messenger_internal.lock_connections(text) is
  'Waits for others that create, disconnect or choose the primary of an organization''s connections.';
revoke all on function messenger_internal.lock_connections(text) from public;
grant execute on function messenger_internal.lock_connections(text) to service_role;

-- Two statements: the unique index allows no moment with two of them.
create or replace function messenger_internal.make_primary(p_row public.messenger_integrations)
returns void language plpgsql set search_path = '' as $$
begin
  update public.messenger_integrations i set wpp_primary = false
  where i.organization_id = p_row.organization_id and i.wpp_primary and i.id <> p_row.id;
  update public.messenger_integrations i set wpp_primary = true
  where i.id = p_row.id and not i.wpp_primary;
end
$$;
comment on function messenger_internal.make_primary(public.messenger_integrations) is
  'Makes a row its organization''s primary connection. The caller holds lock_connections.';
revoke all on function messenger_internal.make_primary(public.messenger_integrations) from public;
grant execute on function messenger_internal.make_primary(public.messenger_integrations)
  to service_role;

create or replace function messenger_internal.keep_primary(p_organization text)
returns void language plpgsql set search_path = '' as $$
declare
  v_row constant public.messenger_integrations :=
    messenger_internal.find_connection(p_organization, null);
begin
  if v_row.id is not null then
    perform messenger_internal.make_primary(v_row);
  end if;
end
$$;
comment on function messenger_internal.keep_primary(text) is
  'Makes the connection that is used when a call names none the primary one. While an organization '
  'has no connection, the row that was primary stays so.';
revoke all on function messenger_internal.keep_primary(text) from public;
grant execute on function messenger_internal.keep_primary(text) to service_role;

-- A table that was there before may demand columns of earlier versions: they are filled.
create or replace function messenger_internal.insert_slot(
  p_organization text,
  p_created_by uuid,
  p_name text,
  p_claimed_by text,
  p_lease_seconds integer,
  p_identity text
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
       is_active, is_enabled, settings, claim_id, claimed_by, claimed_until, identity%s)
    values
      ($1, $2, ''whatsapp'', ''wpp'', $3, ''starting'',
       not exists (select from public.messenger_integrations
         where organization_id = $1 and wpp_primary),
       not exists (select from public.messenger_integrations
         where organization_id = $1 and messenger_type = ''whatsapp'' and is_primary),
       true, true, ''{}'', gen_random_uuid(), $4, now() + make_interval(secs => $5), $6%s)
    returning *', v_columns, v_values)
  into v_row
  using messenger_internal.organization_key(p_organization), p_created_by,
    coalesce(p_name, 'WhatsApp'), p_claimed_by, p_lease_seconds, p_identity;
  return v_row;
end
$$;
comment on function messenger_internal.insert_slot(text, uuid, text, text, integer, text) is
  'Inserts a row for an organization''s connection, claimed.';
revoke all on function messenger_internal.insert_slot(text, uuid, text, text, integer, text) from public;
grant execute on function messenger_internal.insert_slot(text, uuid, text, text, integer, text)
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

-- Of the set of 2026-11-26. The functions of that version go on with the one that replaces it.
drop function if exists public.messenger_claim_connection(text, text, text, uuid, integer);
drop function if exists messenger_internal.insert_slot(text, uuid, text, text, integer);

create or replace function messenger_internal.find_slot(
  p_organization text,
  p_name text,
  p_another boolean,
  p_session text,
  p_slot uuid
) returns public.messenger_integrations language plpgsql stable set search_path = '' as $$
declare
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(p_organization);
  v_name constant text := coalesce(p_name, 'WhatsApp');
  v_refills_first boolean;
  v_row public.messenger_integrations;
begin
  -- The first number, once it was disconnected, is connected again also where there are others.
  v_refills_first := p_session is null and p_slot is null and not p_another and not exists (
    select from public.messenger_integrations i
    where i.organization_id = v_key
      and messenger_internal.is_in_use(i)
      and (i.identity is null or i.identity = p_organization)
      and messenger_internal.is_connection(i));
  select i.* into v_row
  from public.messenger_integrations i
  where i.organization_id = v_key
    and messenger_internal.is_in_use(i)
    and case
      when p_slot is not null then i.id = p_slot
      -- Also by the session that it had: a renewal whose answer was lost is asked for again under it.
      when p_session is not null then p_session in (i.session, i.settings ->> 'formerSession')
      -- A further number is known by its name: clicked twice for, or asked for again after an answer that
      -- was lost, it is created once. Without a name only the creation that runs is.
      when p_another and i.identity <> p_organization and i.name = v_name
        then p_name is not null or i.session is null
      -- Or a creation that was given up, the first number's too: once there is another connection,
      -- nothing else would come back to it.
      when p_another then i.session is null and coalesce(i.claimed_until <= now(), true)
      else i.identity is null or i.identity = p_organization
        or messenger_internal.is_connection(i)
    end
  order by
    (v_refills_first and i.session is not null and not messenger_internal.is_connection(i)) desc,
    coalesce(i.session = p_session, false) desc, (p_another and coalesce(i.name = v_name, false)) desc,
    messenger_internal.is_connection(i) desc, i.wpp_primary desc, i.created_at, i.id
  limit 1;
  return v_row;
end
$$;
comment on function messenger_internal.find_slot(text, text, boolean, text, uuid) is
  'The slot that a creation is for: the one of that id, or of that session, or that of a further '
  'number, or else the organization''s first; a row of nulls where there is none yet.';
revoke all on function messenger_internal.find_slot(text, text, boolean, text, uuid) from public;
grant execute on function messenger_internal.find_slot(text, text, boolean, text, uuid)
  to service_role;

create or replace function messenger_internal.take_slot(
  p_slot public.messenger_integrations, -- a row of nulls: one is inserted
  p_organization text,
  p_claims text,
  p_name text,
  p_identity text,
  p_lease_seconds integer
) returns public.messenger_integrations language plpgsql set search_path = '' as $$
declare
  v_sub constant text := p_claims::jsonb ->> 'sub';
  v_row public.messenger_integrations;
begin
  if p_slot.id is null then
    v_row := messenger_internal.insert_slot(p_organization, messenger_internal.user_of(p_claims),
      p_name, v_sub, p_lease_seconds, nullif(p_identity, p_organization));
  else
    update public.messenger_integrations i set
      claim_id = case when p_slot.claimed_until is not null
        then coalesce(i.claim_id, gen_random_uuid()) else gen_random_uuid() end,
      claimed_by = v_sub,
      claimed_until = now() + make_interval(secs => p_lease_seconds),
      -- A name is given with a creation; that of a connection which was there stays.
      name = case when i.session is null then coalesce(p_name, i.name) else i.name end
    where i.id = p_slot.id
    returning * into v_row;
  end if;
  perform messenger_internal.rehearse(v_row.id);
  return v_row;
end
$$;
comment on function messenger_internal.take_slot(
  public.messenger_integrations, text, text, text, text, integer) is
  'Writes a claim into a slot. An abandoned creation''s id is kept. Raises what a constraint raises.';
revoke all on function messenger_internal.take_slot(
  public.messenger_integrations, text, text, text, text, integer) from public;
grant execute on function messenger_internal.take_slot(
  public.messenger_integrations, text, text, text, text, integer) to service_role;

create or replace function public.messenger_claim_connection(
  p_claims text, -- of a user's access token, as JSON
  p_organization text, -- as the project's own server names it; one of the two is null
  p_name text,
  p_refused_credentials_id uuid, -- the credentials that the platform refused; null: renew nothing
  p_lease_seconds integer,
  p_another boolean default false, -- a further number
  p_session text default null, -- the connection to create anew; null: the primary one
  p_slot uuid default null, -- the slot that an earlier claim found busy
  p_names_identity boolean default false -- whether the platform is told what it creates it for
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(v_organization);
  v_identity text;
  v_slot public.messenger_integrations;
  v_row public.messenger_integrations;
  v_constraint text;
  v_column text;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  if v_key is null and p_organization is not null then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;
  if v_key is null then
    return jsonb_build_object('outcome', 'forbidden', 'organization', v_organization,
      'constraint', 'organization_id');
  end if;
  perform messenger_internal.lock_connections(v_key::text);

  v_slot := messenger_internal.find_slot(v_organization, p_name, p_another, p_session, p_slot);
  if v_slot.id is null and (p_session is not null or p_slot is not null) then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;

  if messenger_internal.is_connection(v_slot)
    and v_slot.credentials_id is distinct from p_refused_credentials_id
  then
    return jsonb_build_object('outcome', 'exists', 'organization', v_organization,
      'integration', messenger_internal.connection_json(v_slot));
  end if;

  if v_slot.claimed_until > now() then
    return jsonb_build_object('outcome', 'busy', 'organization', v_organization,
      'id', v_slot.id,
      'own', v_slot.claimed_by is not distinct from (p_claims::jsonb ->> 'sub'),
      'retry_after', ceil(extract(epoch from v_slot.claimed_until - now())));
  end if;

  v_identity := coalesce(v_slot.identity, case when v_slot.id is null and p_another
    then v_organization || '__wpp__' || left(replace(gen_random_uuid()::text, '-', ''), 8)
    else v_organization end);
  if v_identity <> v_organization and not p_names_identity then
    return jsonb_build_object('outcome', 'not_supported', 'organization', v_organization);
  end if;

  begin
    v_row := messenger_internal.take_slot(
      v_slot, v_organization, p_claims, p_name, v_identity, p_lease_seconds);
  exception when integrity_constraint_violation or data_exception then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    return jsonb_build_object('outcome', 'forbidden', 'organization', v_organization,
      'constraint', coalesce(nullif(v_constraint, ''), nullif(v_column, ''), 'a column''s type'));
  end;
  return jsonb_build_object('outcome', 'claimed', 'organization', v_organization,
    'id', v_row.id, 'claim_id', v_row.claim_id, 'identity', v_identity,
    'taken_over', coalesce(v_row.claim_id = v_slot.claim_id, false));
end
$$;
comment on function public.messenger_claim_connection(
  text, text, text, uuid, integer, boolean, text, uuid, boolean) is
  'Claims a slot for a creation. Outcomes: claimed (with id, claim_id, identity, taken_over), '
  'exists (with integration), busy (with id, retry_after, in seconds, and own: by the same user), '
  'forbidden (with the constraint of the table that stands in the way), not_found (no connection of '
  'that session), not_supported (a further number, and the platform cannot be told of it), '
  'no_organization.';
revoke all on function public.messenger_claim_connection(
  text, text, text, uuid, integer, boolean, text, uuid, boolean)
  from public, anon, authenticated;
grant execute on function public.messenger_claim_connection(
  text, text, text, uuid, integer, boolean, text, uuid, boolean) to service_role;

create or replace function public.messenger_finish_claim(
  p_id uuid,
  p_claim_id uuid,
  p_api_key text,
  p_session text,
  p_status text
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_organization text;
  v_row public.messenger_integrations;
begin
  select i.organization_id::text into v_organization
  from public.messenger_integrations i where i.id = p_id;
  perform messenger_internal.lock_connections(v_organization);

  -- One account in two rows would let the end of one end the other.
  if exists (
    select from public.messenger_integrations i
    where i.organization_id = messenger_internal.organization_key(v_organization)
      and messenger_internal.is_in_use(i)
      and i.session = p_session and i.id <> p_id and messenger_internal.is_connection(i)
  ) then
    perform public.messenger_release_claim(p_id, p_claim_id, false);
    return jsonb_build_object('outcome', 'same_account');
  end if;

  update public.messenger_integrations i set
    settings = (case jsonb_typeof(i.settings) when 'object' then i.settings else '{}'::jsonb end)
      - 'wppApiKey' - 'wppAccountNumber' - 'webhookToken'
      || jsonb_build_object('apiKey', p_api_key, 'session', p_session)
      || jsonb_strip_nulls(jsonb_build_object('formerSession', nullif(i.session, p_session))),
    status = p_status,
    access_token = null,
    access_token_expires_at = null,
    api_key_issued_at = now(),
    start_requested_at = case when i.start_requested_at = 'infinity' then i.start_requested_at end,
    -- A token of the former key that was exchanged meanwhile is not stored after this.
    credentials_id = gen_random_uuid(),
    -- The account is another one, which gets a webhook of its own.
    webhook_digest = null,
    webhook_former_digest = null,
    webhook_due_at = null,
    webhook_registered_at = null,
    claim_id = null,
    claimed_by = null,
    claimed_until = null
  where i.id = p_id and i.claim_id = p_claim_id and i.claimed_until is not null
  returning * into v_row;
  if found then
    perform messenger_internal.keep_primary(v_organization);
    return jsonb_build_object('outcome', 'saved',
      'integration', messenger_internal.connection_json(v_row));
  end if;
  select i.* into v_row from public.messenger_integrations i
  where i.id = p_id and messenger_internal.is_connection(i);
  if not found then
    return jsonb_build_object('outcome', 'lost');
  end if;
  return jsonb_build_object('outcome', 'exists',
    'integration', messenger_internal.connection_json(v_row));
end
$$;
comment on function public.messenger_finish_claim(uuid, uuid, text, text, text) is
  'Saves what the platform answered. The first save of a claim wins. Outcomes: saved, exists '
  '(another save was first), both with integration; lost (the slot is gone, or is another claim''s); '
  'same_account (another connection of the organization has that session: the slot is free again).';
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
