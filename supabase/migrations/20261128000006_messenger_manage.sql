-- What an organization does with its connections once they are there: list, rename, choose the primary
-- one, disconnect.

create or replace function messenger_internal.primary_id(p_organization text)
returns uuid language plpgsql stable set search_path = '' as $$
declare
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(p_organization);
  v_row public.messenger_integrations := messenger_internal.find_connection(p_organization, null);
begin
  if v_row.id is null then
    select i.* into v_row from public.messenger_integrations i
    where i.organization_id = v_key and i.wpp_primary;
  end if;
  return v_row.id;
end
$$;
comment on function messenger_internal.primary_id(text) is
  'The connection that calls without a session use; while there is none, the one that was primary.';
revoke all on function messenger_internal.primary_id(text) from public;
grant execute on function messenger_internal.primary_id(text) to service_role;

create or replace function messenger_internal.listed_connection(
  p_row public.messenger_integrations,
  p_primary_id uuid
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object(
    'id', p_row.id,
    'session', p_row.session,
    'name', p_row.name,
    'status', case when messenger_internal.is_connection(p_row) then p_row.status
      else 'disconnected' end,
    'is_primary', coalesce(p_row.id = p_primary_id, false),
    'phone', p_row.phone,
    -- On a table that was there before, both may be null.
    'created_at', coalesce(p_row.created_at, p_row.updated_at, now()),
    'webhook_registered_at', p_row.webhook_registered_at,
    'last_event_at', p_row.last_event_at
  );
end
$$;
comment on function messenger_internal.listed_connection(public.messenger_integrations, uuid) is
  'What members of an organization may know of a connection: no secret.';
revoke all on function messenger_internal.listed_connection(public.messenger_integrations, uuid)
  from public;
grant execute on function messenger_internal.listed_connection(public.messenger_integrations, uuid)
  to service_role;

create or replace function public.messenger_list_connections(
  p_claims text, -- of a user's access token, as JSON
  p_organization text -- as the project's own server names it; one of the two is null
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(v_organization);
  v_primary_id constant uuid := messenger_internal.primary_id(v_organization);
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  if v_key is null then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;
  return jsonb_build_object('outcome', 'found', 'organization', v_organization,
    'integrations', (
      select coalesce(jsonb_agg(messenger_internal.listed_connection(i, v_primary_id)
        order by (i.id = v_primary_id) is true desc, i.created_at, i.id), '[]')
      from public.messenger_integrations i
      where i.organization_id = v_key
        and messenger_internal.is_in_use(i)
        and i.session is not null
    ));
end
$$;
comment on function public.messenger_list_connections(text, text) is
  'The caller''s connections, disconnected ones included, the primary one first. Outcomes: found '
  '(with integrations), not_found (no row can have that organization), no_organization.';
revoke all on function public.messenger_list_connections(text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_list_connections(text, text) to service_role;

create or replace function messenger_internal.find_by_session(
  p_organization text,
  p_session text
) returns public.messenger_integrations language plpgsql stable set search_path = '' as $$
declare
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(p_organization);
  v_row public.messenger_integrations;
begin
  select i.* into v_row
  from public.messenger_integrations i
  where i.organization_id = v_key
    and messenger_internal.is_in_use(i)
    and i.session = p_session
  order by messenger_internal.is_connection(i) desc, i.wpp_primary desc, i.created_at, i.id
  limit 1;
  return v_row;
end
$$;
comment on function messenger_internal.find_by_session(text, text) is
  'An organization''s connection of that session, also a disconnected one; a row of nulls where there '
  'is none.';
revoke all on function messenger_internal.find_by_session(text, text) from public;
grant execute on function messenger_internal.find_by_session(text, text) to service_role;

create or replace function public.messenger_update_connection(
  p_claims text, -- of a user's access token, as JSON
  p_organization text, -- as the project's own server names it; one of the two is null
  p_session text,
  p_name text, -- null: it stays
  p_make_primary boolean
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_row public.messenger_integrations;
  v_constraint text;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  perform messenger_internal.lock_connections(
    messenger_internal.organization_key(v_organization)::text);
  v_row := messenger_internal.find_by_session(v_organization, p_session);
  if v_row.id is null then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;
  if p_make_primary and not messenger_internal.is_connection(v_row) then
    return jsonb_build_object('outcome', 'disconnected', 'organization', v_organization);
  end if;
  if p_name is not null then
    begin
      update public.messenger_integrations i set name = p_name where i.id = v_row.id;
    exception when integrity_constraint_violation or data_exception then
      get stacked diagnostics v_constraint = constraint_name;
      return jsonb_build_object('outcome', 'forbidden', 'organization', v_organization,
        'constraint', coalesce(nullif(v_constraint, ''), 'name'));
    end;
  end if;
  if p_make_primary then
    perform messenger_internal.make_primary(v_row);
  end if;
  select i.* into v_row from public.messenger_integrations i where i.id = v_row.id;
  return jsonb_build_object('outcome', 'found', 'organization', v_organization,
    'integration', messenger_internal.listed_connection(
      v_row, messenger_internal.primary_id(v_organization)));
end
$$;
comment on function public.messenger_update_connection(text, text, text, text, boolean) is
  'Renames a connection, or makes it the primary one. Outcomes: found (with integration, as it is '
  'now), not_found, disconnected (it cannot be the primary one), forbidden (with the constraint of '
  'the table that stands in the way), no_organization.';
revoke all on function public.messenger_update_connection(text, text, text, text, boolean)
  from public, anon, authenticated;
grant execute on function public.messenger_update_connection(text, text, text, text, boolean)
  to service_role;

create or replace function public.messenger_find_to_disconnect(
  p_claims text, -- of a user's access token, as JSON
  p_organization text, -- as the project's own server names it; one of the two is null
  p_session text -- null: the only connection
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_organization constant text := messenger_internal.organization_of(p_claims, p_organization);
  v_key constant public.messenger_integrations.organization_id%type :=
    messenger_internal.organization_key(v_organization);
  v_row public.messenger_integrations;
  v_count integer;
begin
  if v_organization is null then
    return jsonb_build_object('outcome', 'no_organization');
  end if;
  if p_session is null then
    -- Only where one can be meant: a call that is repeated must not reach the next number.
    select count(*) into v_count from public.messenger_integrations i
    where i.organization_id = v_key
      and messenger_internal.is_in_use(i)
      and messenger_internal.is_connection(i);
    if v_count > 1 then
      return jsonb_build_object('outcome', 'several', 'organization', v_organization);
    end if;
    v_row := messenger_internal.find_connection(v_organization, null);
  else
    v_row := messenger_internal.find_by_session(v_organization, p_session);
  end if;
  if v_row.id is null then
    return jsonb_build_object('outcome', 'not_found', 'organization', v_organization);
  end if;
  if v_row.claimed_until > now() then
    return jsonb_build_object('outcome', 'busy', 'organization', v_organization,
      'retry_after', ceil(extract(epoch from v_row.claimed_until - now())));
  end if;
  return jsonb_build_object('organization', v_organization,
    'outcome', case when messenger_internal.is_connection(v_row) then 'found'
      else 'disconnected' end,
    'integration', messenger_internal.connection_json(v_row));
end
$$;
comment on function public.messenger_find_to_disconnect(text, text, text) is
  'The connection that a caller wants to end. Outcomes: found, disconnected (it was ended before), '
  'both with integration; busy (its creation is running; with retry_after, in seconds), several (no '
  'session was given, and there is more than one connection), not_found, no_organization.';
revoke all on function public.messenger_find_to_disconnect(text, text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_find_to_disconnect(text, text, text) to service_role;

create or replace function public.messenger_disconnect(
  p_id uuid,
  p_credentials_id uuid -- of the account that was stopped
) returns text language plpgsql set search_path = '' as $$
declare
  v_organization text;
  v_row public.messenger_integrations;
begin
  select i.organization_id::text into v_organization
  from public.messenger_integrations i where i.id = p_id;
  perform messenger_internal.lock_connections(v_organization);
  select i.* into v_row from public.messenger_integrations i where i.id = p_id for update;
  if v_row.claimed_until > now() then
    return 'busy';
  end if;
  if messenger_internal.is_connection(v_row) and v_row.credentials_id <> p_credentials_id then
    return 'changed';
  end if;
  if messenger_internal.is_connection(v_row) then
    update public.messenger_integrations i set
      settings = i.settings
        - array['apiKey', 'wppApiKey', 'wppJwtToken', 'wppJwtExpiresAt', 'webhookToken'],
      status = 'disconnected',
      access_token = null,
      access_token_expires_at = null,
      api_key_issued_at = null,
      credentials_id = gen_random_uuid(), -- what was read before writes nothing from here on
      webhook_digest = null,
      webhook_former_digest = null,
      webhook_due_at = null,
      webhook_registered_at = null,
      claim_id = null,
      claimed_by = null,
      claimed_until = null
    where i.id = p_id;
    perform messenger_internal.keep_primary(v_organization);
  end if;
  return 'disconnected';
end
$$;
comment on function public.messenger_disconnect(uuid, uuid) is
  'Erases a connection''s secrets; the row stays, so that it can be connected again. Another connection '
  'becomes the primary one. Outcomes: disconnected, busy (its creation is running), changed (it was '
  'created anew since these credentials were read).';
revoke all on function public.messenger_disconnect(uuid, uuid) from public, anon, authenticated;
grant execute on function public.messenger_disconnect(uuid, uuid) to service_role;

create or replace function public.messenger_claim_start(p_id uuid, p_credentials_id uuid)
returns boolean language plpgsql set search_path = '' as $$
begin
  update public.messenger_integrations i set start_requested_at = now()
  where i.id = p_id and i.credentials_id = p_credentials_id
    and coalesce(i.start_requested_at < now() - interval '1 minute', true);
  return found;
end
$$;
comment on function public.messenger_claim_start(uuid, uuid) is
  'Whether the platform may now be asked to start a session: once a minute, whoever asks.';
revoke all on function public.messenger_claim_start(uuid, uuid) from public, anon, authenticated;
grant execute on function public.messenger_claim_start(uuid, uuid) to service_role;

notify pgrst, 'reload schema';
